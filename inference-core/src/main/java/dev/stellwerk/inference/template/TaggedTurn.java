package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Grammars;
import dev.stellwerk.inference.constraint.TokenIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one assistant turn may hold, for formats that put a call between tags.
///
/// @param calls how calls begin; null when none may be made
/// @param mustCall whether the turn consists of calls, without text before them
record TaggedTurn(
    Shared shared, Thinking thinking, @Nullable Calls calls, boolean mustCall, int callsMax) {

  /// How a call begins.
  ///
  /// @param tagged behind its tag
  /// @param opening as the first thing of a turn, where the tag is plain text and part of it
  /// @param following behind another call, likewise
  record Calls(CallPiece tagged, @Nullable CallPiece opening, @Nullable CallPiece following) {}

  /// What all turns of a format share.
  ///
  /// @param opening the line breaks before a call's tag, where that is a token
  /// @param between the same from the end of a call to the next one
  /// @param callText the tag of a call where it is plain text
  /// @param thinkText the tag that begins reasoning, where it is plain text
  /// @param thinkEndText the tag that ends it, where it is plain text
  record Shared(
      TokenIndex index,
      TaggedMarkers markers,
      Automaton opening,
      Automaton between,
      @Nullable TextTrigger callText,
      @Nullable TextTrigger thinkText,
      @Nullable TextTrigger thinkEndText) {

    private static final List<String> OPENINGS = List.of("\n", "\n\n");
    private static final List<String> BETWEEN = List.of("\n");

    static Shared of(TokenIndex index, TaggedMarkers markers) {
      return new Shared(
          index,
          markers,
          new Automaton(Grammars.oneOf(OPENINGS), index),
          new Automaton(Grammars.oneOf(BETWEEN), index),
          trigger(markers.callBegin(), index),
          trigger(markers.thinkBegin(), index),
          trigger(markers.thinkEnd(), index));
    }

    private static @Nullable TextTrigger trigger(Marker marker, TokenIndex index) {
      return marker.isToken() ? null : new TextTrigger(marker.text(), index);
    }
  }
}
