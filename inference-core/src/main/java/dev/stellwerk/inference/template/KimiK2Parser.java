package dev.stellwerk.inference.template;

import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// Reads a turn of Kimi K2, also one that no constraint guarded.
///
/// Tolerated: a missing section end, text after a section, a header without `functions.`. Blank
/// arguments are `{}`. Arguments that are not JSON are delivered as a JSON string of what was
/// written, which no object schema accepts, so that the model is told. A call that was cut off
/// before its end is delivered only when its arguments are whole.
final class KimiK2Parser implements TurnParser {
  private enum In {
    TEXT,
    REASONING,
    /// Between calls; what stands there is white space or a mistake.
    SECTION,
    HEADER,
    ARGUMENTS
  }

  private final Tokenizer tokenizer;
  private final KimiK2Tokens tokens;
  private final StringBuilder written = new StringBuilder();
  private In in;
  private StreamingDecoder decoder;
  private int renumbered;
  private String id = "";
  private String name = "";

  /// @param renumberedFrom the first index where calls get ids of their own, -1 where they keep
  ///   what the model wrote
  KimiK2Parser(Tokenizer tokenizer, KimiK2Tokens tokens, boolean reasoning, int renumberedFrom) {
    this.renumbered = renumberedFrom;
    this.tokenizer = tokenizer;
    this.tokens = tokens;
    this.in = reasoning ? In.REASONING : In.TEXT;
    this.decoder = tokenizer.decoder();
  }

  @Override
  public List<Part> accept(int token) {
    List<Part> parts = new ArrayList<>(2);
    if (tokenizer.isEndOfGeneration(token)) {
      leave(parts);
      in = In.TEXT;
    } else if (!marker(token, parts) && !tokenizer.isControl(token)) {
      text(decoder.accept(token), parts);
    }
    return parts;
  }

  @Override
  public List<Part> finish() {
    List<Part> parts = new ArrayList<>(2);
    leave(parts);
    in = In.TEXT;
    return parts;
  }

  private boolean marker(int token, List<Part> parts) {
    if (token == tokens.sectionBegin()) {
      enter(In.SECTION, parts);
    } else if (token == tokens.sectionEnd()) {
      enter(In.TEXT, parts);
    } else if (token == tokens.callBegin()) {
      enter(In.HEADER, parts);
    } else if (token == tokens.argumentBegin()) {
      enter(In.ARGUMENTS, parts);
    } else if (token == tokens.callEnd()) {
      finishCall(parts, true);
      enter(In.SECTION, parts);
    } else if (token == tokens.thinkBegin()) {
      enter(In.REASONING, parts);
    } else if (token == tokens.thinkEnd()) {
      enter(In.TEXT, parts);
    } else {
      return false;
    }
    return true;
  }

  private void enter(In next, List<Part> parts) {
    if (in == In.HEADER && next == In.ARGUMENTS) {
      text(decoder.finish(), parts);
      named(parts);
    } else {
      leave(parts);
    }
    written.setLength(0);
    decoder = tokenizer.decoder();
    in = next;
  }

  /// Delivers what is left of the section that ends.
  private void leave(List<Part> parts) {
    text(decoder.finish(), parts);
    decoder = tokenizer.decoder();
    if (in == In.ARGUMENTS) {
      finishCall(parts, false);
    }
  }

  private void text(String text, List<Part> parts) {
    if (text.isEmpty()) {
      return;
    }
    switch (in) {
      case TEXT -> parts.add(new Part.Text(text));
      case REASONING -> parts.add(new Part.Reasoning(text));
      case SECTION -> {}
      case HEADER, ARGUMENTS -> {
        if (written.length() + text.length() <= WrittenJson.CHARS_MAX) {
          written.append(text);
        }
      }
    }
  }

  private void named(List<Part> parts) {
    id = written.toString().strip();
    int from = id.startsWith(KimiK2Turn.PREFIX) ? KimiK2Turn.PREFIX.length() : 0;
    int colon = id.lastIndexOf(':');
    name = id.substring(from, colon < from ? id.length() : colon);
    if (renumbered >= 0) {
      id = KimiK2Turn.PREFIX + name + ":" + renumbered++;
    }
    parts.add(new Part.CallNamed(id, name));
  }

  /// @param closed whether the call's end was written
  private void finishCall(List<Part> parts, boolean closed) {
    if (in != In.ARGUMENTS) {
      return;
    }
    text(decoder.finish(), parts);
    String text = written.toString();
    if (closed || WrittenJson.read(text).isPresent()) {
      parts.add(new Part.CallComplete(new FunctionCall(id, name, WrittenJson.arguments(text))));
    }
    written.setLength(0);
    in = In.SECTION;
  }
}
