package dev.stellwerk.inference.template;

import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.stream.Stream;

/// The markers of formats that put a call between `<tool_call>` and `</tool_call>`.
record TaggedMarkers(Marker callBegin, Marker callEnd, Marker thinkBegin, Marker thinkEnd) {
  static TaggedMarkers of(Tokenizer tokenizer) {
    return new TaggedMarkers(
        Marker.of(tokenizer, "<tool_call>"),
        Marker.of(tokenizer, "</tool_call>"),
        Marker.of(tokenizer, "<think>"),
        Marker.of(tokenizer, "</think>"));
  }

  /// The ids of those that are tokens.
  int[] tokens() {
    return Stream.of(callBegin, callEnd, thinkBegin, thinkEnd)
        .filter(Marker::isToken)
        .mapToInt(Marker::token)
        .toArray();
  }
}
