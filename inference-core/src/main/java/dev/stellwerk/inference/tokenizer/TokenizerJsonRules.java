package dev.stellwerk.inference.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Pieces.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a `tokenizer.json` says besides its vocabulary: how text is prepared and cut, which tokens
/// are added. Whatever is not known here is refused: a tokenizer that is nearly right is wrong.
final class TokenizerJsonRules {
  private final Path file;
  private final JsonNode rules;
  private final JsonNode model;
  private final TokenizerDirectory folder;

  /// @param rules all but the model
  /// @param model all but its vocabulary and merges
  TokenizerJsonRules(Path file, JsonNode rules, JsonNode model, TokenizerDirectory folder) {
    this.file = file;
    this.rules = rules;
    this.model = model;
    this.folder = folder;
  }

  /// @param texts of the vocabulary by id, with gaps; the first `count` count
  /// @param merges the left and right side of each
  Tokenizer build(@Nullable String[] texts, int count, List<String> merges) {
    checkModel();
    PreTokenizer preTokenizer = preTokenizer();
    boolean composed = composed();
    JsonNode added = rules.path("added_tokens");
    int size = count;
    for (JsonNode token : added) {
      size = Math.max(size, addedId(token) + 1);
    }
    VocabularyBuilder builder = new VocabularyBuilder(size, file, "model.vocab", "model.merges");
    BitSet special = new BitSet();
    for (JsonNode token : added) {
      addSpecial(token, builder);
      special.set(addedId(token));
    }
    for (int id = 0; id < size; id++) {
      String text = id < count ? texts[id] : null;
      if (text != null && !special.get(id)) {
        byte[] bytes = ByteAlphabet.bytes(text);
        builder.addNormal(id, bytes, bytes);
      } else if (!special.get(id)) {
        builder.addSpecial(id, "", Kind.UNUSED);
      }
    }
    int[] bytes = builder.byteTokens();
    MergeTable table = builder.merges(merges.size() / 2);
    for (int rank = 0; 2 * rank < merges.size(); rank++) {
      byte[] left = ByteAlphabet.bytes(merges.get(2 * rank));
      byte[] right = ByteAlphabet.bytes(merges.get(2 * rank + 1));
      builder.addMerge(table, rank, left, right);
    }
    around(builder.pieces, rules.path("post_processor"));
    folder.finish(builder.pieces);
    boolean wholeWords = model.path("ignore_merges").asBoolean(false);
    return new BpeTokenizer(
        builder.pieces, preTokenizer, bytes, table, wholeWords ? builder.table : null, composed);
  }

  private void checkModel() {
    String type = model.path("type").asText("BPE"); // old files leave it out
    if (!type.equals("BPE")) {
      throw bad("model.type", ModelFileException.printable(type) + "; supported: BPE");
    }
    if (model.path("dropout").asDouble(0) != 0) {
      throw bad("model.dropout", "is not supported: it makes tokens random");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.path(name).asText("").isEmpty() && !model.path(name).isNull()) {
        throw bad("model." + name, "is not supported");
      }
    }
    if (model.path("byte_fallback").asBoolean(false)) {
      throw bad("model.byte_fallback", "is not supported; a GGUF file of this model is");
    }
  }

  private int addedId(JsonNode token) {
    JsonNode id = token.path("id");
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= Pieces.TOKENS_MAX) {
      throw bad("added_tokens", "expected ids below " + Pieces.TOKENS_MAX);
    }
    return id.intValue();
  }

  private void addSpecial(JsonNode token, VocabularyBuilder builder) {
    String text = token.path("content").asText("");
    int id = addedId(token);
    for (String name : List.of("lstrip", "rstrip", "single_word")) {
      if (token.path(name).asBoolean(false)) {
        throw bad("added_tokens", "token " + id + " has " + name + ", which is not supported");
      }
    }
    boolean special = token.path("special").asBoolean(false);
    builder.addSpecial(id, text, special ? Kind.CONTROL : Pieces.added(id, text));
  }

  /// Whether text is normalised to NFC first.
  private boolean composed() {
    List<JsonNode> steps = flat(rules.path("normalizer"), "normalizers");
    for (JsonNode step : steps) {
      if (!step.path("type").asText().equals("NFC")) {
        throw bad("normalizer", type(step) + "; supported: NFC");
      }
    }
    return !steps.isEmpty();
  }

  private PreTokenizer preTokenizer() {
    List<Splitter> stages = new ArrayList<>();
    boolean byteLevel = false;
    for (JsonNode step : flat(rules.path("pre_tokenizer"), "pretokenizers")) {
      if (byteLevel) {
        throw bad("pre_tokenizer", type(step) + " behind ByteLevel, which has to be the last");
      }
      switch (step.path("type").asText()) {
        case "ByteLevel" -> {
          byteLevel = true;
          if (step.path("add_prefix_space").asBoolean(true)) {
            throw bad("pre_tokenizer", "add_prefix_space is not supported");
          }
          if (step.path("use_regex").asBoolean(true)) {
            stages.add(new Gpt2Splitter());
          }
        }
        case "Digits" ->
            stages.add(
                RunSplitter.of(
                    CharClass::isNumber,
                    step.path("individual_digits").asBoolean(false) ? 1 : Integer.MAX_VALUE));
        case "Split" -> stages.add(split(step));
        default -> throw bad("pre_tokenizer", type(step) + "; supported: ByteLevel, Digits, Split");
      }
    }
    if (!byteLevel) {
      throw bad("pre_tokenizer", "expected one with ByteLevel (byte-level BPE)");
    }
    return new PreTokenizer(stages.toArray(new Splitter[0]));
  }

  private Splitter split(JsonNode step) {
    String pattern = step.path("pattern").path("Regex").asText("");
    PublishedPatterns.Known known =
        PublishedPatterns.find(pattern)
            .orElseThrow(
                () ->
                    bad(
                        "pre_tokenizer",
                        "the pattern "
                            + ModelFileException.printable(pattern)
                            + " is none of those that are known here"));
    String behavior = step.path("behavior").asText("");
    boolean invert = step.path("invert").asBoolean(false);
    // To remove what a pattern leaves over changes nothing where it leaves nothing over.
    boolean whole = known.total() && behavior.equals("Removed") && invert;
    if (!whole && (!behavior.equals("Isolated") || invert)) {
      throw bad("pre_tokenizer", "Split with another behavior than Isolated is not supported");
    }
    return known.splitter();
  }

  /// What the post-processor puts around a prompt.
  private void around(Pieces pieces, JsonNode processor) {
    for (JsonNode step : flat(processor, "processors")) {
      if (!Set.of("ByteLevel", "TemplateProcessing").contains(step.path("type").asText())) {
        throw bad("post_processor", type(step) + "; supported: ByteLevel, TemplateProcessing");
      }
      boolean before = true;
      for (JsonNode item : step.path("single")) {
        if (item.has("Sequence")) {
          before = false;
          continue;
        }
        String text = item.path("SpecialToken").path("id").asText("");
        OptionalInt id = pieces.special(text);
        if (id.isEmpty() || (before ? pieces.begin : pieces.end).isPresent()) {
          throw bad("post_processor", "expected at most one special token before and behind");
        }
        if (before) {
          pieces.begin = id;
        } else {
          pieces.end = id;
        }
      }
    }
  }

  /// The steps of a sequence, or the one step that there is; none for null.
  private List<JsonNode> flat(JsonNode step, String name) {
    List<JsonNode> steps = new ArrayList<>();
    if (step.path("type").asText().equals("Sequence")) {
      step.path(name).forEach(each -> steps.addAll(flat(each, name)));
    } else if (!step.isMissingNode() && !step.isNull()) {
      steps.add(step);
    }
    return steps;
  }

  private static String type(JsonNode step) {
    return ModelFileException.printable(step.path("type").asText("(no type)"));
  }

  private ModelFileException bad(String field, String problem) {
    return new ModelFileException(file, field, problem);
  }
}
