package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The tokens and merges of a GGUF file (`tokenizer.ggml.*`), checked and ready for use. Holds on
/// to nothing of the file.
final class Vocabulary {
  static final int TOKENS_MAX = 1 << 19;
  static final int MERGES_MAX = 1 << 20;

  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TOKENS = PREFIX + "tokens";
  private static final String MERGES = PREFIX + "merges";
  private static final String TYPES = PREFIX + "token_type";

  /// `llama_token_type` of llama.cpp.
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  /// Control tokens that end a turn wherever they occur in a vocabulary, as llama.cpp has it: files
  /// name one end token, models use several.
  private static final Set<String> END_TEXTS =
      Set.of(
          "<|im_end|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<|endoftext|>",
          "<｜end▁of▁sentence｜>",
          "[EOS]");

  final byte[][] bytes;
  final int[] byteTokens = new int[256];
  final BitSet control = new BitSet();
  final BitSet ends = new BitSet();
  final Map<String, Integer> specials = new HashMap<>();

  /// Normal tokens only, so that no merge makes a special one.
  final Map<String, Integer> idsByText;

  final MergeTable merges;

  Vocabulary(Gguf gguf) {
    List<String> texts = gguf.requiredStrings(TOKENS);
    if (texts.isEmpty() || texts.size() > TOKENS_MAX) {
      throw problem(gguf, TOKENS, texts.size() + " tokens; expected 1 to " + TOKENS_MAX);
    }
    bytes = new byte[texts.size()][];
    idsByText = HashMap.newHashMap(texts.size());
    readTokens(gguf, texts);
    for (int b = 0; b < byteTokens.length; b++) {
      Integer id = idsByText.get(String.valueOf(ByteAlphabet.charOf(b)));
      if (id == null) {
        throw problem(gguf, TOKENS, "no token for byte " + b + "; expected one for each byte");
      }
      byteTokens[b] = id;
    }
    merges = readMerges(gguf);
    for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
      gguf.integer(PREFIX + key).ifPresent(id -> addEnd(gguf, PREFIX + key, id));
    }
  }

  private void readTokens(Gguf gguf, List<String> texts) {
    long[] types = gguf.integers(TYPES).orElse(new long[0]);
    if (types.length != 0 && types.length != texts.size()) {
      throw problem(gguf, TYPES, types.length + " types; expected " + texts.size());
    }
    for (int id = 0; id < bytes.length; id++) {
      String text = texts.get(id);
      long type = types.length == 0 ? NORMAL : types[id];
      if (type < NORMAL || type > UNUSED) {
        throw problem(gguf, TYPES, "token " + id + " has type " + type + "; expected 1 to 5");
      }
      if (type == NORMAL) {
        idsByText.putIfAbsent(text, id);
      }
      bytes[id] =
          switch ((int) type) {
            case NORMAL -> ByteAlphabet.bytes(text);
            case USER_DEFINED -> text.getBytes(StandardCharsets.UTF_8);
            default -> new byte[0];
          };
      if (type != NORMAL && type != USER_DEFINED) {
        control.set(id);
      }
      if (type == CONTROL || type == USER_DEFINED || type == UNKNOWN) {
        addSpecial(gguf, id, text);
      }
      if (type == CONTROL && END_TEXTS.contains(text)) {
        ends.set(id);
      }
    }
  }

  private void addSpecial(Gguf gguf, int id, String text) {
    if (text.isEmpty()
        || text.indexOf(SpecialTokens.MARKER) >= 0
        || text.indexOf(SpecialTokens.ESCAPE) >= 0) {
      throw problem(
          gguf, TOKENS, "special token " + id + " is empty or holds a Unicode noncharacter");
    }
    specials.putIfAbsent(text, id);
  }

  private void addEnd(Gguf gguf, String key, long id) {
    if (id < 0 || id >= bytes.length) {
      throw problem(gguf, key, id + "; expected a token id below " + bytes.length);
    }
    ends.set((int) id);
  }

  private MergeTable readMerges(Gguf gguf) {
    List<String> lines = gguf.requiredStrings(MERGES);
    if (lines.size() > MERGES_MAX) {
      throw problem(gguf, MERGES, lines.size() + " merges; expected at most " + MERGES_MAX);
    }
    MergeTable table = new MergeTable(lines.size());
    for (int rank = 0; rank < lines.size(); rank++) {
      String line = lines.get(rank);
      int space = line.indexOf(' ', 1);
      if (space < 0) {
        throw problem(gguf, MERGES, "merge " + rank + " is not two tokens with a space between");
      }
      String left = line.substring(0, space);
      String right = line.substring(space + 1);
      Integer leftId = idsByText.get(left);
      Integer rightId = idsByText.get(right);
      Integer merged = idsByText.get(left.concat(right));
      if (leftId == null || rightId == null || merged == null) {
        throw problem(gguf, MERGES, "merge " + rank + " names a text that is no normal token");
      }
      table.add(leftId, rightId, rank, merged);
    }
    return table;
  }

  private static ModelFileException problem(Gguf gguf, String key, String problem) {
    return new ModelFileException(gguf.path(), key, problem);
  }
}
