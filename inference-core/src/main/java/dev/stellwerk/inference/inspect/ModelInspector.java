package dev.stellwerk.inference.inspect;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.scalar.ScalarBackend;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.format.UnsupportedTensor;
import dev.stellwerk.inference.inspect.ModelReport.Dimensions;
import dev.stellwerk.inference.inspect.ModelReport.Experts;
import dev.stellwerk.inference.inspect.ModelReport.MemoryNeed;
import dev.stellwerk.inference.inspect.ModelReport.TemplateSummary;
import dev.stellwerk.inference.inspect.ModelReport.TokenizerSummary;
import dev.stellwerk.inference.inspect.ModelReport.TypeShare;
import dev.stellwerk.inference.model.Model;
import dev.stellwerk.inference.model.Models;
import dev.stellwerk.inference.template.JinjaChatTemplate;
import dev.stellwerk.inference.template.ModelDialect;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Makes reports about model files.
///
/// Whether a model can run is not guessed from its metadata: it is loaded, by the code that would
/// load it, onto the reference backend, which leaves the weights where they are.
public final class ModelInspector {
  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final int POSITIONS = 1_000;

  private final Gguf gguf;
  private final Metadata metadata;
  private final List<String> problems = new ArrayList<>();
  private final List<String> limits = new ArrayList<>();

  private ModelInspector(Gguf gguf) {
    this.gguf = gguf;
    this.metadata = Metadata.of(gguf);
  }

  /// Reports on a file, which [Gguf#inspect] opened.
  public static ModelReport report(Gguf gguf) {
    return new ModelInspector(gguf).report();
  }

  private ModelReport report() {
    long experts = metadata.integer("expert_count");
    WeightSummary weights = WeightSummary.of(gguf, experts, metadata.integer("expert_used_count"));
    OptionalLong kvBytes = load(weights.types());
    Tokenizer tokenizer = tokenizer();
    TemplateSummary template = template(tokenizer);
    return new ModelReport(
        gguf.paths().stream().map(path -> String.valueOf(path.getFileName())).toList(),
        gguf.bytes(),
        metadata.text("general.name"),
        metadata.architecture(),
        metadata.text("general.license"),
        weights.parameters(),
        weights.types(),
        dimensions(),
        experts == 0 ? Optional.empty() : Optional.of(experts(experts)),
        rope(),
        new TokenizerSummary(
            metadata.text("tokenizer.ggml.model"),
            metadata.text("tokenizer.ggml.pre"),
            metadata.tokens()),
        template,
        new MemoryNeed(weights.bytes(), weights.activeBytes(), kvBytes),
        problems,
        limits);
  }

  /// Loads the model, or notes why that fails.
  ///
  /// @return what the KV cache takes
  private OptionalLong load(List<TypeShare> types) {
    boolean known = Models.ARCHITECTURES.contains(metadata.architecture());
    if (!known) {
      problems.add(
          (metadata.architecture().isEmpty()
                  ? "the file names no architecture"
                  : "the architecture '" + printable(metadata.architecture()) + "' is unknown here")
              + "; supported: "
              + String.join(", ", Models.ARCHITECTURES));
    }
    for (TypeShare type : types) {
      if (!type.supported()) {
        problems.add(
            type.tensors()
                + (type.tensors() == 1 ? " tensor is" : " tensors are")
                + " stored as "
                + type.type()
                + "; "
                + supportedTypes());
      }
    }
    if (!problems.isEmpty()) {
      return OptionalLong.empty();
    }
    try (Backend backend = new ScalarBackend()) {
      Model model = Models.load(gguf, backend, 1);
      return OptionalLong.of(model.kvLayout().blockBytes() * POSITIONS / KvLayout.POSITIONS);
    } catch (ModelFileException e) {
      problems.add(reason(e));
      return OptionalLong.empty();
    }
  }

  private String supportedTypes() {
    UnsupportedTensor any = gguf.unsupported().getFirst();
    String problem = any.problem();
    return problem.substring(problem.indexOf("supported: "));
  }

  private @Nullable Tokenizer tokenizer() {
    try {
      return Tokenizers.load(gguf);
    } catch (ModelFileException e) {
      problems.add(reason(e));
      return null;
    }
  }

  private TemplateSummary template(@Nullable Tokenizer tokenizer) {
    String source = metadata.text(TEMPLATE);
    if (source.isEmpty()) {
      limits.add("the file has no chat template: text can be generated, but not chats");
      return new TemplateSummary(false, "", List.of());
    }
    return new TemplateSummary(true, toolFormat(source, tokenizer), TemplateFeatures.of(source));
  }

  /// How the model would be held to tool calls; empty when it cannot be.
  private String toolFormat(String source, @Nullable Tokenizer tokenizer) {
    try {
      JinjaChatTemplate template = JinjaChatTemplate.load(gguf, Clock.systemUTC());
      if (tokenizer == null) {
        return "";
      }
      ModelDialect dialect = ModelDialect.of(source, template, tokenizer, Optional.empty());
      dialect.note().ifPresent(limits::add);
      return dialect.kind().label();
    } catch (ModelFileException e) {
      limits.add(reason(e));
      return "";
    }
  }

  private Dimensions dimensions() {
    return new Dimensions(
        metadata.integer("context_length"),
        metadata.integer("block_count"),
        metadata.integer("embedding_length"),
        metadata.integer("attention.head_count"),
        metadata.has("attention.head_count_kv")
            ? metadata.integer("attention.head_count_kv")
            : metadata.integer("attention.head_count"),
        metadata.tokens());
  }

  private Experts experts(long count) {
    List<String> words = new ArrayList<>();
    words.add(
        switch ((int) metadata.integer("expert_gating_func")) {
          case 2 -> "sigmoid scores";
          case 3 -> "softmax over the chosen";
          default ->
              metadata.architecture().equals("gpt-oss")
                  ? "softmax over the chosen"
                  : "softmax scores";
        });
    if (gguf.tensors().keySet().stream().anyMatch(name -> name.contains("exp_probs_b"))) {
      words.add("selection bias");
    }
    long groups = metadata.integer("expert_group_count");
    if (groups > 1) {
      words.add(metadata.integer("expert_group_used_count") + " of " + groups + " groups");
    }
    if (metadata.flag("expert_weights_norm")) {
      words.add("normalised");
    }
    double scale = metadata.number("expert_weights_scale");
    if (scale != 0 && scale != 1) {
      words.add("times " + number(scale));
    }
    return new Experts(
        count,
        metadata.integer("expert_used_count"),
        metadata.integer("expert_shared_count"),
        String.join(", ", words));
  }

  private String rope() {
    double base = metadata.number("rope.freq_base");
    String type = metadata.own("rope.scaling.type");
    String words = "base " + number(base == 0 ? 10_000 : base);
    if (type.isEmpty() || type.equals("none")) {
      return words;
    }
    return words
        + ", "
        + printable(type)
        + " times "
        + number(metadata.number("rope.scaling.factor"))
        + " over "
        + metadata.integer("rope.scaling.original_context_length")
        + " tokens";
  }

  /// A problem without the file's path, which the report is about anyway.
  private String reason(ModelFileException e) {
    String message = e.getMessage();
    String path = gguf.path() + ": ";
    return message.startsWith(path) ? message.substring(path.length()) : message;
  }

  private static String printable(String text) {
    return ModelFileException.printable(text);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
