package dev.stellwerk.inference.template;

import dev.stellwerk.inference.template.CallReader.Extent;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a turn whose calls stand between tags, also one that no constraint guarded.
///
/// Text that may be the beginning of a plain tag waits until the next token tells. Tolerated: a
/// missing closing tag, reasoning that does not end, white space around calls. What stands between
/// tags and is no call is delivered as a call that cannot succeed, so that the model is told.
final class TaggedParser implements TurnParser {
  private enum In {
    TEXT,
    REASONING,
    CALL,
    /// Behind a call or reasoning: white space is not text yet.
    BEHIND
  }

  /// A name that is not complete by then is told with its call.
  private static final int NAME_CHARS_MAX = 4_096;

  private final Tokenizer tokenizer;
  private final TaggedMarkers markers;
  private final CallReader reader;
  private final boolean reasons;
  private final StringBuilder pending = new StringBuilder(); // of text: what may begin a tag
  private int nextIndex;
  private StreamingDecoder decoder;
  private In in;
  private Extent extent;
  private int seen; // of a call's text
  private boolean named;
  private String id = "";

  TaggedParser(
      Tokenizer tokenizer,
      TaggedMarkers markers,
      CallReader reader,
      Thinking thinking,
      int firstCallIndex) {
    this.tokenizer = tokenizer;
    this.markers = markers;
    this.reader = reader;
    this.reasons = thinking != Thinking.NONE || markers.thinkBegin().isToken();
    this.nextIndex = firstCallIndex;
    this.decoder = tokenizer.decoder();
    this.in = thinking == Thinking.OPENED ? In.REASONING : In.TEXT;
    this.extent = reader.extent();
  }

  @Override
  public List<Part> accept(int token) {
    List<Part> parts = new ArrayList<>(2);
    if (tokenizer.isEndOfGeneration(token)) {
      end(parts);
    } else if (!marker(token, parts) && !tokenizer.isControl(token)) {
      pending.append(decoder.accept(token));
      drain(parts, false);
    }
    return parts;
  }

  @Override
  public List<Part> finish() {
    List<Part> parts = new ArrayList<>(2);
    end(parts);
    return parts;
  }

  private void end(List<Part> parts) {
    flush(parts, false);
    in = In.TEXT;
  }

  /// Delivers what a marker, or the end of the turn, completes.
  ///
  /// @param closed whether it is a marker: what was cut off is no call
  private void flush(List<Part> parts, boolean closed) {
    pending.append(decoder.finish());
    decoder = tokenizer.decoder();
    drain(parts, true);
    if (in == In.CALL) {
      int tag = markers.callEnd().isToken() ? -1 : pending.indexOf(markers.callEnd().text());
      finishCall(tag < 0 ? pending.length() : tag, closed || tag >= 0, parts);
    }
    pending.setLength(0);
  }

  /// A tag that is a token.
  private boolean marker(int token, List<Part> parts) {
    if (token == markers.callBegin().token()) {
      if (in == In.TEXT && !pending.isEmpty() && pending.charAt(pending.length() - 1) == '\n') {
        pending.setLength(pending.length() - 1);
      }
      flush(parts, true);
      begin();
    } else if (token == markers.callEnd().token()) {
      flush(parts, true);
      in = In.BEHIND;
    } else if (token == markers.thinkBegin().token()) {
      flush(parts, true);
      in = In.REASONING;
    } else if (token == markers.thinkEnd().token()) {
      flush(parts, true);
      in = In.BEHIND;
    } else {
      return false;
    }
    return true;
  }

  private void begin() {
    in = In.CALL;
    extent = reader.extent();
    seen = 0;
    named = false;
    id = "call%05d".formatted(nextIndex++); // nine letters and digits, as some templates demand
  }

  /// Delivers what can be told apart; the rest stays pending.
  private void drain(List<Part> parts, boolean last) {
    boolean more = true;
    while (more) {
      more =
          switch (in) {
            case TEXT, BEHIND -> drainText(parts, last);
            case REASONING -> drainReasoning(parts, last);
            case CALL -> drainCall(parts, last);
          };
    }
  }

  private boolean drainText(List<Part> parts, boolean last) {
    if (in == In.BEHIND) {
      int blank = 0;
      while (blank < pending.length() && Character.isWhitespace(pending.charAt(blank))) {
        blank++;
      }
      pending.delete(0, blank);
      if (pending.isEmpty()) {
        return false;
      }
      in = In.TEXT;
    }
    int call = find(markers.callBegin(), last);
    int think = reasons ? find(markers.thinkBegin(), last) : pending.length();
    int end = Math.min(call, think);
    // The line break before a call belongs to the call.
    boolean broken = !last && end > 0 && pending.charAt(end - 1) == '\n';
    emit(broken ? end - 1 : end, parts);
    int at = broken ? 1 : 0;
    Marker tag = call <= think ? markers.callBegin() : markers.thinkBegin();
    if (tag.isToken() || pending.indexOf(tag.text()) != at) {
      return false;
    }
    if (call <= think) {
      pending.delete(0, at + tag.text().length());
      begin();
    } else {
      emit(at, parts);
      pending.delete(0, tag.text().length());
      in = In.REASONING;
    }
    return true;
  }

  private boolean drainReasoning(List<Part> parts, boolean last) {
    emit(find(markers.thinkEnd(), last), parts);
    Marker end = markers.thinkEnd();
    if (end.isToken() || pending.indexOf(end.text()) != 0) {
      return false;
    }
    pending.delete(0, markers.thinkEnd().text().length());
    in = In.BEHIND;
    return true;
  }

  private boolean drainCall(List<Part> parts, boolean last) {
    Marker close = markers.callEnd();
    int end = -1;
    int length = close.text().length();
    while (!close.isToken() && end < 0 && seen < pending.length()) {
      if (!last && pending.length() - seen < length && begins(close.text(), seen)) {
        break; // may become a tag
      }
      boolean tag = pending.length() - seen >= length && begins(close.text(), seen);
      if (extent.mayEnd(pending, seen) && tag) {
        end = seen;
      } else {
        seen++;
      }
    }
    if (!named && pending.length() <= NAME_CHARS_MAX) {
      Optional<String> name = reader.name(pending.substring(0, end < 0 ? pending.length() : end));
      named = name.isPresent();
      name.ifPresent(is -> parts.add(new Part.CallNamed(id, is)));
    }
    if (end < 0) {
      return false;
    }
    finishCall(end, true, parts);
    pending.delete(0, end + length);
    in = In.BEHIND;
    return true;
  }

  private void finishCall(int end, boolean closed, List<Part> parts) {
    String text = pending.substring(0, Math.min(end, WrittenJson.CHARS_MAX));
    CallReader.Call call = reader.read(text);
    if (!closed && !call.arguments().isObject()) {
      return;
    }
    if (!named) {
      parts.add(new Part.CallNamed(id, call.name()));
    }
    parts.add(new Part.CallComplete(new FunctionCall(id, call.name(), call.arguments())));
  }

  /// Delivers the first chars of what is pending.
  private void emit(int end, List<Part> parts) {
    if (end > 0) {
      String text = pending.substring(0, end);
      parts.add(in == In.REASONING ? new Part.Reasoning(text) : new Part.Text(text));
      pending.delete(0, end);
    }
  }

  /// Where a plain tag begins, or could begin.
  private int find(Marker marker, boolean last) {
    if (marker.isToken()) {
      return pending.length();
    }
    int whole = pending.indexOf(marker.text());
    if (whole >= 0 || last) {
      return whole >= 0 ? whole : pending.length();
    }
    int at = Math.max(0, pending.length() - marker.text().length() + 1);
    while (at < pending.length() && !begins(marker.text(), at)) {
      at++;
    }
    return at;
  }

  /// Whether the pending text from `at` on is the tag, or as much of it as there is.
  private boolean begins(String tag, int at) {
    int length = Math.min(tag.length(), pending.length() - at);
    for (int i = 0; i < length; i++) {
      if (pending.charAt(at + i) != tag.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
