package dev.stellwerk.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// What is known about each token of a vocabulary, whatever file it came from. Filled while a file
/// is read, never written afterwards.
final class Pieces {
  static final int TOKENS_MAX = 1 << 19;

  /// Tokens that end a turn wherever they occur in a vocabulary, as llama.cpp has it: files name
  /// one end token, models use several.
  private static final Set<String> END_TEXTS =
      Set.of(
          "<|im_end|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<end_of_turn>",
          "<turn|>",
          "<eos>",
          "<｜end▁of▁sentence｜>",
          "[EOT]",
          "[EOS]");

  private static final byte[] NOTHING = new byte[0];

  /// What a token is for.
  enum Kind {
    /// Merges lead to it.
    NORMAL,
    /// Ends turns, separates roles; never text.
    CONTROL,
    /// Written by templates, yet text when a model writes it.
    MARKUP,
    /// Matched as it stands wherever it occurs, be it in what a stranger wrote.
    TEXT,
    /// One byte of a character that has no token.
    BYTE,
    /// Never matched, never text.
    UNUSED
  }

  final byte[][] bytes;
  final BitSet control = new BitSet();
  final BitSet ends = new BitSet();
  final Map<Integer, String> names = new HashMap<>();
  final Map<String, Integer> specials = new HashMap<>();
  final Map<String, Integer> texts = new HashMap<>();
  OptionalInt begin = OptionalInt.empty();
  OptionalInt end = OptionalInt.empty();

  Pieces(int count) {
    bytes = new byte[count][];
    Arrays.fill(bytes, NOTHING);
  }

  /// A token whose bytes are not its text, or a normal one.
  void add(int id, byte[] itsBytes) {
    bytes[id] = itsBytes;
  }

  /// A token that is known by its text.
  void add(int id, String text, Kind given) {
    // Files have called end tokens user-defined by mistake.
    Kind kind = given == Kind.MARKUP && END_TEXTS.contains(text) ? Kind.CONTROL : given;
    if (kind == Kind.UNUSED || kind == Kind.CONTROL) {
      control.set(id);
      names.put(id, text);
    } else {
      bytes[id] = text.getBytes(StandardCharsets.UTF_8);
    }
    if (kind == Kind.CONTROL || kind == Kind.MARKUP) {
      specials.putIfAbsent(text, id);
      if (END_TEXTS.contains(text)) {
        ends.set(id);
      }
    } else if (kind == Kind.TEXT) {
      texts.putIfAbsent(text, id);
    }
  }

  /// Whether a special token's text can be told from text: not empty, without [SpecialTokens]'
  /// marks.
  static boolean isSpecialText(String text) {
    return !text.isEmpty()
        && text.indexOf(SpecialTokens.MARKER) < 0
        && text.indexOf(SpecialTokens.ESCAPE) < 0;
  }

  /// What a token is that a file calls added or user-defined. White space and single characters
  /// (runs of spaces in GPT-NeoX's family, letters that DeepSeek's first vocabulary lacked) are
  /// text like any other. All else is taken for markup, so that no stranger can write it.
  static Kind added(int id, String text) {
    if (text.startsWith("[PAD") && text.equals("[PAD" + id + "]")) {
      return Kind.UNUSED; // what converters fill a vocabulary up with
    }
    boolean single = text.codePointCount(0, text.length()) == 1;
    return single || Runs.spaces(text, 0, text.length()) == text.length() ? Kind.TEXT : Kind.MARKUP;
  }

  /// The id of a special token, if there is one with this text.
  OptionalInt special(String text) {
    Integer id = specials.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// To be called once all tokens are there.
  void finish() {
    Integer end = specials.get("<|end|>");
    // In Harmony this one ends a message within a turn.
    if (end != null && specials.containsKey("<|return|>") && specials.containsKey("<|call|>")) {
      ends.clear(end);
    }
  }
}
