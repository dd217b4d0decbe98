package dev.stellwerk.inference.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.scalar.ScalarBackend;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that are well-formed GGUF and yet no model that runs here.
class ModelFilesTest {
  @TempDir Path folder;

  @Test
  void anUnknownArchitectureIsNamedBesideTheKnownOnes() throws IOException {
    String message = refusal("deepseek2", "deepseek9");
    assertTrue(message.contains("deepseek9"), message);
    assertTrue(message.contains("supported: deepseek2"), message);
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    String message = refusal("blk.1.attn_k_b.weight", "blk.1.attn_k_x.weight");
    assertTrue(message.contains("blk.1.attn_k_b.weight: is missing"), message);
  }

  @Test
  void aTensorOfTheWrongShapeIsNamedWithBothShapes() throws IOException {
    // Two tensors of layer 2, each under the name of the other.
    Path file = write();
    byte[] bytes = Files.readAllBytes(file);
    swap(bytes, "blk.2.ffn_gate_exps.weight", "blk.2.ffn_down_exps.weight");
    Files.write(file, bytes);
    String message = load(file);
    assertTrue(message.contains("blk.2.ffn_gate_exps.weight"), message);
    assertTrue(message.contains("[32, 64, 384]"), message);
    assertTrue(message.contains("expected [64, 32, 384]"), message);
  }

  @Test
  void aMissingHyperparameterIsNamed() throws IOException {
    String message =
        refusal("deepseek2.attention.kv_lora_rank", "deepseek2.attention.kv_lorx_rank");
    assertTrue(message.contains("deepseek2.attention.kv_lora_rank: is missing"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "qwen3moe-q4_0, qwen3moe.attention.head_count_kv, 3, does not divide",
    "qwen3moe-q4_0, qwen3moe.attention.head_count_kv, 0, expected 1 to 8",
    "qwen3moe-q4_0, qwen3moe.attention.head_count, 1048576, ''",
    "qwen3moe-q4_0, qwen3moe.attention.key_length, 1048576, ''",
    "qwen3moe-q4_0, qwen3moe.attention.key_length, 63, expected 2 to 63",
    "qwen3moe-q4_0, qwen3moe.attention.value_length, 4000000000, ''",
    "qwen3moe-q4_0, qwen3moe.rope.dimension_count, 63, even",
    "qwen3moe-q4_0, qwen3moe.rope.dimension_count, 66, expected 2 to 64",
    "qwen3moe-q4_0, qwen3moe.expert_used_count, 17, expected 1 to 16",
    "qwen3moe-q4_0, qwen3moe.block_count, 3, blk.2.",
    "qwen3moe-q4_0, qwen3moe.block_count, 4294967295, ''",
    "deepseek-v3-q4_0, deepseek2.expert_group_count, 5, does not divide",
    "deepseek-v3-q4_0, deepseek2.expert_group_used_count, 5, expected 1 to 4",
    "deepseek-v3-q4_0, deepseek2.expert_used_count, 17, groups",
    "deepseek-v3-q4_0, deepseek2.expert_gating_func, 7, sigmoid",
    "deepseek-v3-q4_0, deepseek2.attention.q_lora_rank, 1048576, ''",
    "deepseek-v3-q4_0, deepseek2.expert_shared_count, 1048576, expert_shared_count",
    "gpt-oss-q4_0, gpt-oss.attention.sliding_window, 0, sliding_window",
  })
  void anAbsurdHyperparameterIsRefusedByItsNameOrTheTensorThatItBelies(
      String model, String key, long value, String expected) throws IOException {
    Path file = ParityModel.of(model).write(folder);
    byte[] bytes = Files.readAllBytes(file);
    // A key is followed by its type and its value.
    int at = find(bytes, "\0" + key) + 1 + key.length() + Integer.BYTES;
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) value);
    Files.write(file, bytes);
    String message = load(file);
    assertTrue(message.contains(expected), message);
    assertTrue(message.contains("expected") || message.contains("not"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-oss-q4_0, blk.1.attn_sinks.weight",
    "gpt-oss-q4_0, blk.0.ffn_gate_inp.bias",
    "gpt-oss-q4_0, blk.0.ffn_up_exps.bias",
    "gpt-oss-q4_0, blk.1.post_attention_norm.weight",
    "qwen3-q4_0, blk.1.attn_k_norm.weight",
    "llama-q4_0, blk.0.ffn_gate.weight",
    "deepseek-v3-q4_0, blk.2.ffn_down_shexp.weight",
  })
  void everyTensorOfAnArchitectureIsRequired(String model, String tensor) throws IOException {
    Path file = ParityModel.of(model).write(folder);
    byte[] bytes = Files.readAllBytes(file);
    replace(bytes, find(bytes, tensor), tensor.replace("blk", "BLK"));
    Files.write(file, bytes);
    String message = load(file);
    assertTrue(message.contains(tensor + ": is missing"), message);
  }

  private String refusal(String from, String to) throws IOException {
    Path file = write();
    byte[] bytes = Files.readAllBytes(file);
    replace(bytes, find(bytes, from), to);
    Files.write(file, bytes);
    return load(file);
  }

  private Path write() {
    return TinyModel.of("deepseek2-tiny-f32").write(folder);
  }

  private static String load(Path file) {
    try (Gguf gguf = Gguf.open(file);
        Backend backend = new ScalarBackend()) {
      var refusal =
          assertThrows(ModelFileException.class, () -> Models.load(gguf, backend, 8).spec());
      return String.valueOf(refusal.getMessage());
    }
  }

  private static void swap(byte[] bytes, String first, String second) {
    int a = find(bytes, first);
    int b = find(bytes, second);
    replace(bytes, a, second);
    replace(bytes, b, first);
  }

  private static void replace(byte[] bytes, int at, String text) {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(value, 0, bytes, at, value.length);
  }

  private static int find(byte[] bytes, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new IllegalArgumentException(text + " is not there");
  }
}
