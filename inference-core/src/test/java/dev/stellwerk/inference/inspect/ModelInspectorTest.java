package dev.stellwerk.inference.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import dev.stellwerk.inference.inspect.ModelReport.Parameters;
import dev.stellwerk.inference.inspect.ModelReport.TypeShare;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInspectorTest {
  private static final Path EMBEDDED =
      Path.of(System.getProperty("stellwerk.root", "."), "models", "stellwerk-embedded.gguf");

  @TempDir Path folder;

  private ModelReport report(Path path) {
    try (Gguf gguf = Gguf.inspect(path)) {
      return ModelInspector.report(gguf);
    }
  }

  private ModelReport report(GgufWriter writer) {
    return report(writer.write(folder.resolve("model.gguf")));
  }

  @Test
  void theEmbeddedModelRunsAndCallsTools() {
    ModelReport report = report(EMBEDDED);
    assertTrue(report.runnable(), report.problems().toString());
    assertEquals(List.of(), report.limits());
    assertEquals("deepseek2", report.architecture());
    assertEquals(8192, report.dimensions().vocabulary());
    assertEquals(4096, report.dimensions().contextLength());
    assertEquals("gpt2", report.tokenizer().kind());
    assertEquals("qwen2", report.tokenizer().pre());
    assertEquals("kimi-k2", report.template().toolFormat());
    assertTrue(report.template().features().contains("tools"), report.template().toString());
    assertTrue(report.parameters().active() < report.parameters().total());
    assertTrue(report.memory().kvBytes().isPresent());
    assertTrue(
        report.experts().map(ModelReport.Experts::router).orElse("").startsWith("sigmoid scores"),
        report.experts().toString());
  }

  @Test
  void aModelWithoutAChatTemplateRunsAndSaysWhatItCannotDo() {
    ModelReport report = report(TinyModel.of("deepseek2-tiny-f32").write(folder));
    assertTrue(report.runnable(), report.problems().toString());
    assertTrue(report.memory().kvBytes().isPresent());
    assertTrue(report.limits().getFirst().contains("no chat template"), report.toString());
    assertEquals(384, report.experts().map(ModelReport.Experts::count).orElse(0L));
  }

  /// Counted by hand: 8 experts of which a token visits 2.
  @Test
  void countsWhatATokenTakesPartWith() {
    ModelReport report =
        report(
            new GgufWriter()
                .string("general.architecture", "mixtral")
                .u32("mixtral.expert_count", 8)
                .u32("mixtral.expert_used_count", 2)
                .tensor("token_embd.weight", DType.Q8_0, new byte[34 * 10], 32, 10)
                .tensor("output.weight", DType.Q8_0, new byte[34 * 10], 32, 10)
                .tensor("blk.0.ffn_up_exps.weight", DType.Q4_0, new byte[18 * 32], 32, 4, 8)
                .tensorF32("norm", new float[32], 32));
    assertEquals(new Parameters(320 + 320 + 1024 + 32, 320 + 320 + 256 + 32), report.parameters());
    assertEquals(
        List.of(
            new TypeShare("Q8_0", 2, 640, 680, true),
            new TypeShare("Q4_0", 1, 1024, 576, true),
            new TypeShare("F32", 1, 32, 128, true)),
        report.quantisation());
    assertEquals(
        new ModelReport.MemoryNeed(680 + 576 + 128, 340 + 144 + 128, OptionalLong.empty()),
        report.memory());
  }

  @Test
  void whatCannotRunIsDescribedWithAllReasons() {
    ModelReport report =
        report(
            new GgufWriter()
                .string("general.architecture", "mamba9")
                .string("general.name", "Odd")
                .u32("mamba9.context_length", 77)
                .i32s("mamba9.attention.head_count", 4, 16, 8)
                .string("tokenizer.ggml.model", "rwkv")
                .strings("tokenizer.ggml.tokens", List.of("a"))
                .string("tokenizer.chat_template", "{{ tools }}{% if x %}")
                .rawTensor("a", 17, new byte[74], 256)
                .rawTensor("b", 17, new byte[74], 256)
                .rawTensor("c", 99, new byte[8], 4));
    assertFalse(report.runnable());
    String problems = String.join("\n", report.problems());
    assertTrue(problems.contains("the architecture 'mamba9' is unknown here"), problems);
    assertTrue(problems.contains("2 tensors are stored as IQ2_XS; supported: F32"), problems);
    assertTrue(problems.contains("1 tensor is stored as unknown"), problems);
    assertTrue(problems.contains("tokenizer.ggml.model: rwkv"), problems);
    assertTrue(String.join("\n", report.limits()).contains("tokenizer.chat_template"));
    assertEquals("Odd", report.name());
    assertEquals(77, report.dimensions().contextLength());
    assertEquals(16, report.dimensions().heads());
    assertEquals(Optional.empty(), report.experts());
    assertEquals(List.of("tools"), report.template().features());
  }

  @Test
  void aFileThatSaysNothingIsDescribed() {
    ModelReport report = report(new GgufWriter().u32("general.architecture", 3));
    assertEquals("", report.architecture());
    assertTrue(report.problems().getFirst().contains("names no architecture"));
    assertEquals(new Parameters(0, 0), report.parameters());
  }
}
