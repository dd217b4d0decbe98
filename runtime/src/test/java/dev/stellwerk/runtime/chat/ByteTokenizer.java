package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// A tokenizer of single bytes and Kimi K2's markers.
final class ByteTokenizer implements Tokenizer {
  private static final List<String> SPECIALS =
      List.of(
          "<|im_end|>",
          "<|im_user|>",
          "<|im_assistant|>",
          "<|im_system|>",
          "<|im_middle|>",
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<think>",
          "</think>");

  /// Put behind the first character of a marker that must not be one; never encoded.
  private static final char DISARMED = '\uE000';

  private static final byte[] NOTHING = {};

  @Override
  public int vocabularySize() {
    return SPECIALS.size() + 256;
  }

  @Override
  public Tokens encodeRendered(String rendered) {
    IntStream.Builder ids = IntStream.builder();
    int at = 0;
    while (at < rendered.length()) {
      int special = specialAt(rendered, at);
      if (special >= 0) {
        ids.add(special);
        at += SPECIALS.get(special).length();
      } else {
        int end = rendered.offsetByCodePoints(at, 1);
        if (rendered.charAt(at) != DISARMED) {
          bytes(rendered.substring(at, end)).forEach(ids::add);
        }
        at = end;
      }
    }
    return Tokens.of(ids.build().toArray());
  }

  @Override
  public Tokens encodeText(String text) {
    return Tokens.of(bytes(text).toArray());
  }

  @Override
  public String neutralise(String untrusted) {
    String safe = untrusted;
    for (String special : SPECIALS) {
      safe = safe.replace(special, "<" + DISARMED + special.substring(1));
    }
    return safe;
  }

  @Override
  public byte[] bytes(int token) {
    return isControl(token) ? NOTHING : new byte[] {(byte) (token - SPECIALS.size())};
  }

  @Override
  public boolean isControl(int token) {
    return token < SPECIALS.size();
  }

  @Override
  public OptionalInt special(String text) {
    int index = SPECIALS.indexOf(text);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token == 0;
  }

  @Override
  public StreamingDecoder decoder() {
    return new StreamingDecoder() {
      @Override
      public String accept(int token) {
        return isControl(token) ? "" : Character.toString(token - SPECIALS.size());
      }

      @Override
      public String finish() {
        return "";
      }
    };
  }

  /// A token written out, markers included.
  String text(int token) {
    return isControl(token) ? SPECIALS.get(token) : Character.toString(token - SPECIALS.size());
  }

  private static IntStream bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, bytes.length).map(i -> (bytes[i] & 0xff) + SPECIALS.size());
  }

  private static int specialAt(String text, int at) {
    for (int i = 0; i < SPECIALS.size(); i++) {
      if (text.startsWith(SPECIALS.get(i), at)) {
        return i;
      }
    }
    return -1;
  }
}
