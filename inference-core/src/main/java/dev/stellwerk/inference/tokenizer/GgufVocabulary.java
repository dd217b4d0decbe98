package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Pieces.Kind;
import dev.stellwerk.inference.tokenizer.SentencePieceTokenizer.Options;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Reads the tokenizer of a GGUF file (`tokenizer.ggml.*`) and checks all of it. What it makes
/// holds on to nothing of the file.
final class GgufVocabulary {
  static final int MERGES_MAX = 1 << 20;

  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TOKENS = PREFIX + "tokens";
  private static final String MERGES = PREFIX + "merges";
  private static final String TYPES = PREFIX + "token_type";
  private static final String SCORES = PREFIX + "scores";

  /// `llama_token_type` of llama.cpp.
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  /// Vocabularies that hold words which their merges do not reach: those are looked up first.
  private static final Set<String> WHOLE_WORDS =
      Set.of(
          "llama-bpe",
          "llama3",
          "llama-v3",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2",
          "tekken",
          "minicpm5");

  private final Gguf gguf;
  private final Pieces pieces;
  private final byte[][] keys; // of normal tokens: the bytes that merges lead to
  private final PieceTable table;
  private final int[] byteTokens = new int[256];
  private boolean spaceBeginsWord = true;

  GgufVocabulary(Gguf gguf) {
    this.gguf = gguf;
    int count = gguf.strings(TOKENS).map(List::size).orElse(1);
    if (count < 1 || count > Pieces.TOKENS_MAX) {
      throw problem(TOKENS, count + " tokens; expected 1 to " + Pieces.TOKENS_MAX);
    }
    this.pieces = new Pieces(count);
    this.keys = new byte[count][];
    Arrays.fill(keys, new byte[0]);
    this.table = new PieceTable(keys);
  }

  /// The tokenizer of whatever kind the file names.
  Tokenizer read() {
    String model = gguf.requiredString(PREFIX + "model");
    return switch (model) {
      case "gpt2" -> byteLevel();
      case "llama" -> sentencePiece();
      case "gemma4" -> gemma();
      default -> throw unsupported(model, "gpt2, llama and gemma4");
    };
  }

  BpeTokenizer byteLevel() {
    String model = gguf.requiredString(PREFIX + "model");
    if (!model.equals("gpt2")) {
      throw unsupported(model, "gpt2 (byte-level BPE)");
    }
    String pre = gguf.string(PREFIX + "pre").orElse("default");
    PreTokenizer preTokenizer =
        PreTokenizer.byName(pre)
            .orElseThrow(
                () ->
                    problem(
                        PREFIX + "pre",
                        ModelFileException.printable(pre)
                            + "; supported: "
                            + String.join(", ", PreTokenizer.SUPPORTED)));
    readTokens(true);
    for (int b = 0; b < byteTokens.length; b++) {
      byteTokens[b] = table.find(new byte[] {(byte) b});
      // Falcon lacks some controls, and many lack the bytes that UTF-8 never uses.
      if (byteTokens[b] < 0 && b >= ' ' && b <= '~') {
        throw problem(TOKENS, "no token for byte " + b + "; expected one for each of ASCII");
      }
    }
    // Moonshot's files come without merges: every two tokens merge that make a third.
    boolean ranked = pre.equals("kimi-k2") && gguf.strings(MERGES).isEmpty();
    Merges merges = ranked ? new RankedPieces(keys, table, ids()) : readMerges(true);
    boolean wholeWords = ranked || WHOLE_WORDS.contains(pre);
    finish(wholeWords && !pre.equals("minicpm5") && !ranked, true);
    return new BpeTokenizer(pieces, preTokenizer, byteTokens, merges, wholeWords ? table : null);
  }

  private Tokenizer sentencePiece() {
    readTokens(false);
    int[] ranks = scoreRanks(gguf.numbers(SCORES).orElse(new double[0]));
    finish(true, true);
    boolean spaceFirst = gguf.flag(PREFIX + "add_space_prefix").orElse(true);
    Options options = new Options(spaceFirst, false, spaceBeginsWord);
    Merges merges = new RankedPieces(keys, table, ranks);
    return new SentencePieceTokenizer(pieces, table, merges, byteTokens, options);
  }

  private Tokenizer gemma() {
    readTokens(false);
    Merges merges = readMerges(false);
    finish(true, false);
    Options options = new Options(false, true, spaceBeginsWord);
    return new SentencePieceTokenizer(pieces, table, merges, byteTokens, options);
  }

  private void readTokens(boolean byteLevel) {
    List<String> texts = gguf.requiredStrings(TOKENS);
    long[] types = gguf.integers(TYPES).orElse(new long[0]);
    if (types.length != 0 && types.length != texts.size()) {
      throw problem(TYPES, types.length + " types; expected " + texts.size());
    }
    int typeMax = byteLevel ? UNUSED : BYTE;
    Arrays.fill(byteTokens, -1);
    for (int id = 0; id < keys.length; id++) {
      long type = types.length == 0 ? NORMAL : types[id];
      if (type < NORMAL || type > typeMax) {
        throw problem(TYPES, "token " + id + " has type " + type + "; expected 1 to " + typeMax);
      }
      String text = texts.get(id);
      if (type == NORMAL) {
        addNormal(id, text, byteLevel);
      } else if (type == BYTE) {
        addByte(id, text);
      } else {
        addSpecial(id, text, kind(id, (int) type, text));
      }
    }
    for (int b = 0; !byteLevel && b < byteTokens.length; b++) {
      if (byteTokens[b] < 0) {
        throw problem(TOKENS, "no token for byte " + b + "; expected one for each byte");
      }
    }
  }

  private void addNormal(int id, String text, boolean byteLevel) {
    if (byteLevel) {
      keys[id] = ByteAlphabet.bytes(text);
      pieces.add(id, keys[id]);
    } else {
      keys[id] = text.getBytes(StandardCharsets.UTF_8);
      boolean spaces = text.indexOf(SentencePieceTokenizer.SPACE) >= 0;
      String plain = spaces ? text.replace(SentencePieceTokenizer.SPACE, ' ') : text;
      pieces.add(id, spaces ? plain.getBytes(StandardCharsets.UTF_8) : keys[id]);
      spaceBeginsWord &= !spaces || plain.stripLeading().indexOf(' ') < 0;
    }
    if (keys[id].length > PieceTable.PIECE_BYTES_MAX) {
      throw problem(
          TOKENS,
          "token "
              + id
              + " has "
              + keys[id].length
              + " bytes; expected at most "
              + PieceTable.PIECE_BYTES_MAX);
    }
    if (keys[id].length > 0 && !table.add(id)) {
      throw problem(TOKENS, "too many tokens fall into one place of the table");
    }
  }

  private void addByte(int id, String text) {
    int value = -1;
    if (text.length() == 6 && text.startsWith("<0x") && text.endsWith(">")) {
      int high = Character.digit(text.charAt(3), 16);
      int low = Character.digit(text.charAt(4), 16);
      value = high < 0 || low < 0 ? -1 : high * 16 + low;
    }
    if (value < 0) {
      throw problem(
          TOKENS,
          "byte token " + id + " is " + ModelFileException.printable(text) + ", not <0xXX>");
    }
    byteTokens[value] = id;
    pieces.add(id, new byte[] {(byte) value});
  }

  private static Kind kind(int id, int type, String text) {
    Kind added = Pieces.added(id, text);
    return switch (type) {
      case CONTROL -> Kind.CONTROL;
      case UNKNOWN -> added == Kind.UNUSED ? Kind.UNUSED : Kind.CONTROL;
      case USER_DEFINED -> added;
      default -> Kind.UNUSED;
    };
  }

  private void addSpecial(int id, String text, Kind kind) {
    if (kind != Kind.UNUSED && !Pieces.isSpecialText(text)) {
      throw problem(TOKENS, "special token " + id + " is empty or holds a Unicode noncharacter");
    }
    pieces.add(id, text, kind);
  }

  private MergeTable readMerges(boolean byteLevel) {
    List<String> lines = gguf.requiredStrings(MERGES);
    if (lines.size() > MERGES_MAX) {
      throw problem(MERGES, lines.size() + " merges; expected at most " + MERGES_MAX);
    }
    MergeTable merges = new MergeTable(lines.size());
    for (int rank = 0; rank < lines.size(); rank++) {
      String line = lines.get(rank);
      int space = line.indexOf(' ', 1);
      if (space < 0) {
        throw problem(MERGES, "merge " + rank + " is not two tokens with a space between");
      }
      byte[] left = key(line.substring(0, space), byteLevel);
      byte[] right = key(line.substring(space + 1), byteLevel);
      int leftId = table.find(left);
      int rightId = table.find(right);
      byte[] both = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, both, left.length, right.length);
      int merged = table.find(both);
      if (leftId < 0 || rightId < 0 || merged < 0) {
        throw problem(MERGES, "merge " + rank + " names a text that is no normal token");
      }
      if (!merges.add(leftId, rightId, rank, merged)) {
        throw problem(MERGES, "too many merges fall into one place of the table");
      }
    }
    return merges;
  }

  private static byte[] key(String text, boolean byteLevel) {
    return byteLevel ? ByteAlphabet.bytes(text) : text.getBytes(StandardCharsets.UTF_8);
  }

  private int[] ids() {
    int[] ids = new int[keys.length];
    Arrays.setAll(ids, id -> id);
    return ids;
  }

  /// The order of the scores, the highest first; equal scores have one rank.
  private int[] scoreRanks(double[] scores) {
    if (scores.length != keys.length) {
      throw problem(SCORES, scores.length + " scores; expected " + keys.length);
    }
    double[] sorted = new double[scores.length];
    for (int id = 0; id < scores.length; id++) {
      if (Double.isNaN(scores[id])) {
        throw problem(SCORES, "the score of token " + id + " is not a number");
      }
      scores[id] += 0.0; // makes a zero of a negative one
      sorted[id] = scores[id];
    }
    Arrays.sort(sorted);
    int distinct = 0;
    for (double score : sorted) {
      if (distinct == 0 || sorted[distinct - 1] != score) {
        sorted[distinct++] = score;
      }
    }
    int[] ranks = new int[scores.length];
    for (int id = 0; id < ranks.length; id++) {
      ranks[id] = distinct - 1 - Arrays.binarySearch(sorted, 0, distinct, scores[id]);
    }
    return ranks;
  }

  /// @param beginDefault whether a prompt begins with its token where the file does not say
  /// @param beginMayBeOff whether a file's word that it does not is believed (Gemma's are wrong)
  private void finish(boolean beginDefault, boolean beginMayBeOff) {
    for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
      id(PREFIX + key).ifPresent(pieces.ends::set);
    }
    pieces.finish();
    boolean addBegin = gguf.flag(PREFIX + "add_bos_token").orElse(beginDefault);
    if (addBegin || !beginMayBeOff) {
      pieces.begin = id(PREFIX + "bos_token_id");
    }
    if (gguf.flag(PREFIX + "add_eos_token").orElse(false)) {
      pieces.end = id(PREFIX + "eos_token_id");
    }
  }

  private OptionalInt id(String key) {
    if (gguf.integer(key).isEmpty()) {
      return OptionalInt.empty();
    }
    long id = gguf.requiredInteger(key);
    if (id < 0 || id >= keys.length) {
      throw problem(key, id + "; expected a token id below " + keys.length);
    }
    return OptionalInt.of((int) id);
  }

  private ModelFileException unsupported(String model, String supported) {
    return problem(
        PREFIX + "model", ModelFileException.printable(model) + "; supported: " + supported);
  }

  private ModelFileException problem(String key, String problem) {
    return new ModelFileException(gguf.path(), key, problem);
  }
}
