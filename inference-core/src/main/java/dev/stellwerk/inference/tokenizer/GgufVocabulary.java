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
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String MODEL = PREFIX + "model";
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
  private final VocabularyBuilder builder;
  private final int[] byteTokens = new int[256]; // where the file marks them
  private boolean spaceBeginsWord = true;

  private GgufVocabulary(Gguf gguf) {
    this.gguf = gguf;
    int count = gguf.requiredStrings(TOKENS).size();
    this.builder = new VocabularyBuilder(count, gguf.path(), TOKENS, MERGES);
  }

  /// The tokenizer of whatever kind the file names.
  static Tokenizer read(Gguf gguf) {
    String model = gguf.requiredString(MODEL);
    return switch (model) {
      case "gpt2" -> readByteLevel(gguf);
      case "llama" -> new GgufVocabulary(gguf).sentencePiece();
      case "gemma4" -> new GgufVocabulary(gguf).gemma();
      default -> throw unsupported(gguf, model, "gpt2, llama and gemma4");
    };
  }

  /// The tokenizer of a file that must name byte-level BPE.
  static BpeTokenizer readByteLevel(Gguf gguf) {
    String model = gguf.requiredString(MODEL);
    if (!model.equals("gpt2")) {
      throw unsupported(gguf, model, "gpt2 (byte-level BPE)");
    }
    String pre = gguf.string(PREFIX + "pre").orElse("default");
    PreTokenizer preTokenizer =
        PreTokenizer.byName(pre)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        gguf.path(),
                        PREFIX + "pre",
                        ModelFileException.printable(pre)
                            + "; supported: "
                            + String.join(", ", PreTokenizer.SUPPORTED)));
    return new GgufVocabulary(gguf).byteLevel(pre, preTokenizer);
  }

  private BpeTokenizer byteLevel(String pre, PreTokenizer preTokenizer) {
    readTokens(true);
    int[] bytes = builder.byteTokens();
    // Moonshot's files come without merges: every two tokens merge that make a third.
    boolean ranked = pre.equals("kimi-k2") && gguf.strings(MERGES).isEmpty();
    Merges merges = ranked ? builder.merges() : readMerges(true);
    boolean wholeWords = ranked || WHOLE_WORDS.contains(pre);
    finish(wholeWords && !pre.equals("minicpm5") && !ranked, true);
    return new BpeTokenizer(
        builder.pieces, preTokenizer, bytes, merges, wholeWords ? builder.table : null);
  }

  private Tokenizer sentencePiece() {
    readTokens(false);
    int[] ranks = scoreRanks(gguf.numbers(SCORES).orElse(new double[0]));
    finish(true, true);
    boolean spaceFirst = gguf.flag(PREFIX + "add_space_prefix").orElse(true);
    Options options = new Options(spaceFirst, false, spaceBeginsWord);
    Merges merges = new RankedPieces(builder.keys, builder.table, ranks);
    return new SentencePieceTokenizer(builder.pieces, builder.table, merges, byteTokens, options);
  }

  private Tokenizer gemma() {
    readTokens(false);
    Merges merges = readMerges(false);
    finish(true, false);
    Options options = new Options(false, true, spaceBeginsWord);
    return new SentencePieceTokenizer(builder.pieces, builder.table, merges, byteTokens, options);
  }

  private void readTokens(boolean byteLevel) {
    List<String> texts = gguf.requiredStrings(TOKENS);
    long[] types = gguf.integers(TYPES).orElse(new long[0]);
    if (types.length != 0 && types.length != texts.size()) {
      throw problem(TYPES, types.length + " types; expected " + texts.size());
    }
    int typeMax = byteLevel ? UNUSED : BYTE;
    Arrays.fill(byteTokens, -1);
    for (int id = 0; id < builder.size(); id++) {
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
        builder.addSpecial(id, text, kind(id, (int) type, text));
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
      byte[] bytes = ByteAlphabet.bytes(text);
      builder.addNormal(id, bytes, bytes);
      return;
    }
    byte[] key = text.getBytes(StandardCharsets.UTF_8);
    boolean spaces = text.indexOf(SentencePieceTokenizer.SPACE) >= 0;
    String plain = spaces ? text.replace(SentencePieceTokenizer.SPACE, ' ') : text;
    builder.addNormal(id, key, spaces ? plain.getBytes(StandardCharsets.UTF_8) : key);
    spaceBeginsWord &= !spaces || plain.stripLeading().indexOf(' ') < 0;
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
    builder.pieces.add(id, new byte[] {(byte) value});
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

  private MergeTable readMerges(boolean byteLevel) {
    List<String> lines = gguf.requiredStrings(MERGES);
    MergeTable merges = builder.merges(lines.size());
    for (int rank = 0; rank < lines.size(); rank++) {
      String line = lines.get(rank);
      int space = line.indexOf(' ', 1);
      if (space < 0) {
        throw problem(MERGES, "merge " + rank + " is not two tokens with a space between");
      }
      byte[] left = key(line.substring(0, space), byteLevel);
      byte[] right = key(line.substring(space + 1), byteLevel);
      builder.addMerge(merges, rank, left, right);
    }
    return merges;
  }

  private static byte[] key(String text, boolean byteLevel) {
    return byteLevel ? ByteAlphabet.bytes(text) : text.getBytes(StandardCharsets.UTF_8);
  }

  /// The order of the scores, the highest first; equal scores have one rank.
  private int[] scoreRanks(double[] scores) {
    if (scores.length != builder.size()) {
      throw problem(SCORES, scores.length + " scores; expected " + builder.size());
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
    Pieces pieces = builder.pieces;
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
    if (id < 0 || id >= builder.size()) {
      throw problem(key, id + "; expected a token id below " + builder.size());
    }
    return OptionalInt.of((int) id);
  }

  private static ModelFileException unsupported(Gguf gguf, String model, String supported) {
    return new ModelFileException(
        gguf.path(), MODEL, ModelFileException.printable(model) + "; supported: " + supported);
  }

  private ModelFileException problem(String key, String problem) {
    return new ModelFileException(gguf.path(), key, problem);
  }
}
