package dev.stellwerk.inference.template;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A tokenizer of bytes and of pieces that cross the borders of tags and JSON, which takes the
/// longest match. Special tokens are control tokens without bytes, or user-defined ones with them.
final class TextTokenizer implements Tokenizer {
  private static final List<String> PIECES =
      List.of(
          "\n\n",
          "{\"",
          "\":",
          " \"",
          "\"}",
          "}}",
          "}}\n",
          "\"}}\n",
          "}\n",
          "\"}}",
          ", \"",
          "\",",
          "\": \"",
          "\":\"",
          ">\n",
          ">\n\n",
          "</",
          "><",
          ">{",
          "tool",
          "_call",
          "tool_call",
          "<tool",
          "name",
          "arguments",
          "parameter",
          "function",
          "<parameter",
          "=",
          "think",
          "<think",
          "get",
          "_weather",
          "city",
          " the",
          " and",
          "é",
          "日本",
          "😀",
          "analysis",
          "commentary",
          " to",
          "functions",
          "functions.",
          "json",
          "final",
          ":0",
          ":1",
          "true",
          "false",
          "null",
          "12",
          "[1",
          "]\n",
          "\n<",
          "> x",
          "a\n");

  private final List<byte[]> tokens = new ArrayList<>();
  private final Map<String, Integer> specials = new HashMap<>();
  private final Map<String, Integer> texts = new HashMap<>(); // bytes as ISO-8859-1
  private final List<String> ends;
  private final int firstSpecial;
  private final boolean control;
  private int longest = 1;

  /// @param control whether the special tokens are control tokens; the ends always are
  TextTokenizer(boolean control, List<String> specials, String... ends) {
    this.control = control;
    this.ends = List.of(ends);
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    PIECES.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
    for (int id = 0; id < tokens.size(); id++) {
      texts.put(latin(tokens.get(id)), id);
      longest = Math.max(longest, tokens.get(id).length);
    }
    firstSpecial = tokens.size();
    List<String> all = new ArrayList<>(this.ends);
    specials.stream().filter(special -> !all.contains(special)).forEach(all::add);
    for (String special : all) {
      this.specials.put(special, tokens.size());
      boolean bytes = !control && !this.ends.contains(special);
      tokens.add(bytes ? special.getBytes(StandardCharsets.UTF_8) : new byte[0]);
    }
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }

  @Override
  public Tokens encodeRendered(String rendered) {
    List<Integer> ids = new ArrayList<>();
    int plain = 0;
    int at = 0;
    while (at < rendered.length()) {
      String special = specialAt(rendered, at);
      if (special == null) {
        at++;
        continue;
      }
      addText(rendered.substring(plain, at), ids);
      ids.add(specials.get(special));
      at += special.length();
      plain = at;
    }
    addText(rendered.substring(plain), ids);
    return Tokens.of(ids.stream().mapToInt(Integer::intValue).toArray());
  }

  private @Nullable String specialAt(String text, int at) {
    return specials.keySet().stream().filter(s -> text.startsWith(s, at)).findFirst().orElse(null);
  }

  @Override
  public Tokens encodeText(String text) {
    List<Integer> ids = new ArrayList<>();
    addText(text, ids);
    return Tokens.of(ids.stream().mapToInt(Integer::intValue).toArray());
  }

  private void addText(String text, List<Integer> ids) {
    String bytes = latin(text.getBytes(StandardCharsets.UTF_8));
    for (int at = 0; at < bytes.length(); ) {
      int length = Math.min(longest, bytes.length() - at);
      while (!texts.containsKey(bytes.substring(at, at + length))) {
        length--;
      }
      ids.add(texts.get(bytes.substring(at, at + length)));
      at += length;
    }
  }

  /// The same text in tokens of a byte; special tokens stay.
  int[] bytewise(int token) {
    if (token >= firstSpecial) {
      return new int[] {token};
    }
    byte[] bytes = tokens.get(token);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 0xff;
    }
    return ids;
  }

  @Override
  public String neutralise(String untrusted) {
    return untrusted;
  }

  @Override
  public byte[] bytes(int token) {
    return tokens.get(token);
  }

  @Override
  public boolean isControl(int token) {
    return token >= firstSpecial && (control || token < firstSpecial + ends.size());
  }

  @Override
  public OptionalInt special(String text) {
    Integer id = specials.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token >= firstSpecial && token < firstSpecial + ends.size();
  }

  @Override
  public StreamingDecoder decoder() {
    return new StreamingDecoder() {
      private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

      @Override
      public String accept(int token) {
        pending.writeBytes(bytes(token));
        String text = pending.toString(StandardCharsets.UTF_8);
        // An incomplete code point reads as one replacement character at the end.
        if (text.endsWith("\uFFFD")) {
          return "";
        }
        pending.reset();
        return text;
      }

      @Override
      public String finish() {
        String text = pending.toString(StandardCharsets.UTF_8);
        pending.reset();
        return text;
      }
    };
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
