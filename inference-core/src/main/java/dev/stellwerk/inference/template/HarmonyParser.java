package dev.stellwerk.inference.template;

import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a turn of Harmony, also one that no constraint guarded: the recipient may stand in the
/// role or in the channel, `<|constrain|>` may be missing, and so may the end of a message.
///
/// The analysis channel is reasoning; the final channel and remarks in the commentary channel are
/// the answer. Text without a channel is the answer too.
final class HarmonyParser implements TurnParser {
  private static final int HEADER_CHARS_MAX = 4_096;
  private static final Pattern RECIPIENT = Pattern.compile("to=(\\S{1,1024})");
  private static final String PREFIX = "functions.";

  private enum In {
    /// Behind the prompt's `<|start|>assistant`, where a role goes on or, without a header, text.
    START,
    HEADER,
    TEXT,
    REASONING,
    CALL,
    /// Behind a message.
    BETWEEN
  }

  private final Tokenizer tokenizer;
  private final HarmonyTokens tokens;
  private final StringBuilder written = new StringBuilder(); // the header, or a call's arguments
  private StreamingDecoder decoder;
  private In in = In.START;
  private int nextIndex;
  private String id = "";
  private String name = "";

  HarmonyParser(Tokenizer tokenizer, HarmonyTokens tokens, int firstCallIndex) {
    this.tokenizer = tokenizer;
    this.tokens = tokens;
    this.nextIndex = firstCallIndex;
    this.decoder = tokenizer.decoder();
  }

  @Override
  public List<Part> accept(int token) {
    List<Part> parts = new ArrayList<>(2);
    if (token == tokens.call() || token == tokens.end() || token == tokens.returned()) {
      leave(parts, true);
    } else if (token == tokens.start()) {
      leave(parts, true);
      enter(In.HEADER);
    } else if (token == tokens.channel() || token == tokens.constrain()) {
      header(token, parts);
    } else if (token == tokens.message()) {
      text(decoder.finish(), parts);
      message(parts);
    } else if (tokenizer.isEndOfGeneration(token)) {
      leave(parts, false);
    } else if (!tokenizer.isControl(token)) {
      text(decoder.accept(token), parts);
    }
    return parts;
  }

  @Override
  public List<Part> finish() {
    List<Part> parts = new ArrayList<>(2);
    leave(parts, false);
    return parts;
  }

  /// The channel, or what constrains the content, begins; both are parts of the header.
  private void header(int token, List<Part> parts) {
    if (in != In.HEADER && in != In.START) {
      leave(parts, true);
      enter(In.HEADER);
    }
    in = In.HEADER;
    text(decoder.finish(), parts);
    decoder = tokenizer.decoder();
    written.append(token == tokens.channel() ? "\n" : "\t");
  }

  /// The header is complete.
  private void message(List<Part> parts) {
    boolean headed = in == In.HEADER || in == In.START;
    String header = headed ? written.toString() : "";
    String channel = header.substring(header.lastIndexOf('\n') + 1).strip();
    Matcher recipient = RECIPIENT.matcher(header);
    if (recipient.find()) {
      String to = recipient.group(1);
      enter(In.CALL);
      id = "call%05d".formatted(nextIndex++);
      name = to.startsWith(PREFIX) ? to.substring(PREFIX.length()) : to;
      parts.add(new Part.CallNamed(id, name));
    } else {
      enter(channel.startsWith(HarmonyTurn.ANALYSIS) ? In.REASONING : In.TEXT);
    }
  }

  private void enter(In next) {
    written.setLength(0);
    decoder = tokenizer.decoder();
    in = next;
  }

  /// @param closed whether a marker ends the message; a call that was cut off is none
  private void leave(List<Part> parts, boolean closed) {
    text(decoder.finish(), parts);
    if (in == In.START && !written.isEmpty()) {
      parts.add(new Part.Text(written.toString())); // no header at all
    }
    if (in == In.CALL) {
      String text = written.toString();
      if (closed || (WrittenJson.read(text).isPresent() && !text.isBlank())) {
        parts.add(new Part.CallComplete(new FunctionCall(id, name, WrittenJson.arguments(text))));
      }
    }
    enter(In.BETWEEN);
  }

  private void text(String text, List<Part> parts) {
    if (text.isEmpty()) {
      return;
    }
    switch (in) {
      case TEXT -> parts.add(new Part.Text(text));
      case REASONING -> parts.add(new Part.Reasoning(text));
      case START, HEADER -> {
        if (written.length() + text.length() <= HEADER_CHARS_MAX) {
          written.append(text);
        }
      }
      case CALL -> {
        if (written.length() + text.length() <= WrittenJson.CHARS_MAX) {
          written.append(text);
        }
      }
      case BETWEEN -> {}
    }
  }
}
