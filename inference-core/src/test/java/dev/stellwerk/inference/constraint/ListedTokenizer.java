package dev.stellwerk.inference.constraint;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// A tokenizer over a list of byte strings, which takes the longest match. Its special tokens are
/// control tokens without bytes.
public final class ListedTokenizer implements Tokenizer {
  /// Whole tokens of the small vocabulary, beside the 256 bytes.
  private static final List<String> SMALL =
      List.of(
          "{\"",
          "\":",
          "\":\"",
          "\",\"",
          "\"}",
          "{}",
          "[]",
          "[\"",
          "\"]",
          "},{",
          "\"},{\"",
          "]}",
          "}}",
          "],",
          "null",
          "true",
          "false",
          "nul",
          "tr",
          "10",
          "12",
          "123",
          "00",
          "0.",
          ".5",
          "-1",
          "e1",
          "1e",
          "\\n",
          "\\\"",
          "\\u",
          "\\u00",
          "\\ud83d",
          "\\ude00",
          "\\\\",
          "a",
          "ab",
          "abc",
          "name",
          "na",
          "me",
          "\"name\"",
          "\"na",
          "id",
          "items",
          "value",
          "read",
          "read_",
          "_file",
          "functions",
          "functions.",
          ".read",
          ":0",
          ":1",
          "file:",
          " the",
          " a",
          "  ",
          "\n",
          "é",
          "ü",
          "日本",
          "語",
          "😀",
          "a\"",
          "b\",",
          "c\"}",
          "Ünï",
          "\",\"b\":",
          ":[",
          ":{",
          ",\"",
          "null,",
          "true}",
          "1,",
          "2}",
          "3]",
          "twin",
          "wi");

  private static final List<String> SPECIALS =
      List.of(
          "<|im_end|>",
          "<|im_user|>",
          "<|im_assistant|>",
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<think>",
          "</think>");

  private final List<byte[]> tokens;
  private final int firstSpecial;
  private final Map<String, Integer> ids = new HashMap<>(); // bytes as ISO-8859-1
  private final Set<String> beginnings = new HashSet<>(); // of all of them

  private ListedTokenizer(List<byte[]> texts) {
    tokens = new ArrayList<>(texts);
    firstSpecial = tokens.size();
    SPECIALS.forEach(special -> tokens.add(new byte[0]));
    for (int id = 0; id < firstSpecial; id++) {
      ids.putIfAbsent(latin(tokens.get(id)), id);
      String text = latin(tokens.get(id));
      for (int end = 1; end <= text.length(); end++) {
        beginnings.add(text.substring(0, end));
      }
    }
  }

  /// All single bytes and some texts that cross JSON's borders.
  public static ListedTokenizer small() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    SMALL.forEach(text -> all.add(text.getBytes(StandardCharsets.UTF_8)));
    // Halves of code points, as real vocabularies hold them; and two tokens of the same bytes.
    byte[] emoji = "😀".getBytes(StandardCharsets.UTF_8);
    all.add(Arrays.copyOfRange(emoji, 0, 2));
    all.add(Arrays.copyOfRange(emoji, 2, 4));
    all.add(new byte[] {emoji[3], '"'});
    all.add("twin".getBytes(StandardCharsets.UTF_8));
    return new ListedTokenizer(all);
  }

  /// The same for a vocabulary of a given size, for a model that has no tokenizer: what does not
  /// fit is left out, what is missing is made up. A small one spells ASCII only.
  public static ListedTokenizer ofSize(int size) {
    List<byte[]> all = new ArrayList<>();
    boolean small = size < 256 + SPECIALS.size();
    for (int b = small ? ' ' : 0; b < (small ? 127 : 256); b++) {
      all.add(new byte[] {(byte) b});
    }
    for (int i = 0; all.size() < size - SPECIALS.size(); i++) {
      String text = i < SMALL.size() ? SMALL.get(i) : "w" + i;
      all.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return new ListedTokenizer(all);
  }

  /// A tiktoken file: base64 of the bytes, a space, the rank.
  public static ListedTokenizer tiktoken(Path file) throws IOException {
    List<byte[]> all = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      all.add(Base64.getDecoder().decode(line.substring(0, line.indexOf(' '))));
    }
    return new ListedTokenizer(all);
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }

  @Override
  public Tokens encodeRendered(String rendered) {
    throw new UnsupportedOperationException("tests write no templates with this tokenizer");
  }

  @Override
  public Tokens encodeText(String text) {
    String bytes = latin(text.getBytes(StandardCharsets.UTF_8));
    List<Integer> found = new ArrayList<>();
    for (int at = 0; at < bytes.length(); ) {
      int length = 1;
      for (int end = at + 1;
          end <= bytes.length() && beginnings.contains(bytes.substring(at, end));
          end++) {
        length = ids.containsKey(bytes.substring(at, end)) ? end - at : length;
      }
      found.add(ids.get(bytes.substring(at, at + length)));
      at += length;
    }
    return Tokens.of(found.stream().mapToInt(Integer::intValue).toArray());
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
    return token >= firstSpecial;
  }

  @Override
  public OptionalInt special(String text) {
    int index = SPECIALS.indexOf(text);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(firstSpecial + index);
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token == firstSpecial;
  }

  /// Emits a code point when its bytes are whole.
  @Override
  public StreamingDecoder decoder() {
    return new StreamingDecoder() {
      private byte[] pending = {};

      @Override
      public String accept(int token) {
        byte[] more = bytes(token);
        int from = pending.length;
        pending = Arrays.copyOf(pending, from + more.length);
        System.arraycopy(more, 0, pending, from, more.length);
        int whole = wholeBytes(pending);
        String text = new String(pending, 0, whole, StandardCharsets.UTF_8);
        pending = Arrays.copyOfRange(pending, whole, pending.length);
        return text;
      }

      @Override
      public String finish() {
        String rest = new String(pending, StandardCharsets.UTF_8);
        pending = new byte[0];
        return rest;
      }
    };
  }

  private static int wholeBytes(byte[] text) {
    for (int back = 1; back <= Math.min(3, text.length); back++) {
      int lead = text[text.length - back] & 0xff;
      if (lead >= 0xc0) {
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        return length > back ? text.length - back : text.length;
      }
    }
    return text.length;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
