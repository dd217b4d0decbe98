package dev.stellwerk.inference.fuzz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import dev.stellwerk.inference.tokenizer.SmallVocabulary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Small whole files that mutations start from.
final class FuzzBases {
  private static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final int HIDDEN = 32;
  private static final int VOCABULARY = 8;
  private static final int EXPERTS = 4;

  private FuzzBases() {}

  /// Files with every kind of value and a few tensors.
  static List<byte[]> headers() {
    List<byte[]> bases = new ArrayList<>();
    for (int tokens : new int[] {0, 3, 60}) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < tokens; i++) {
        texts.add("token" + "x".repeat(i % 5) + "ß");
      }
      GgufWriter writer =
          new GgufWriter()
              .string("general.architecture", "deepseek2")
              .u32("general.alignment", 32)
              .u8("a", 1)
              .i32("b", -5)
              .i64("c", -7)
              .u64("deepseek2.parameters", 1L << 33)
              .f32("deepseek2.rope.freq_base", 10000f)
              .f64("d", 0.5)
              .flag("deepseek2.expert_weights_norm", true)
              .u32("split.no", 0)
              .u32("split.count", 1)
              .strings("tokenizer.ggml.tokens", texts)
              .i32s("tokenizer.ggml.token_type", new int[tokens])
              .f32s("tokenizer.ggml.scores", new float[tokens]);
      for (int i = 0; i < tokens / 10; i++) {
        writer
            .tensorF32("blk." + i + ".norm", new float[16], 16)
            .tensor("blk." + i + ".weight", DType.Q8_0, new byte[34 * 8], 64, 4)
            .rawTensor("blk." + i + ".odd", 16, new byte[66], 256)
            .tensor("blk." + i + ".experts", DType.Q4_0, new byte[18 * 8], 32, 4, 2);
      }
      bases.add(writer.toBytes());
    }
    return bases;
  }

  /// Models that load, without a tokenizer.
  static List<byte[]> models() {
    return List.of(
        latent(true).toBytes(),
        latent(false).toBytes(),
        grouped("llama", 0).toBytes(),
        grouped("qwen3", 0).toBytes(),
        grouped("qwen3moe", EXPERTS).toBytes());
  }

  /// Files with nothing but a tokenizer, of each kind.
  static List<byte[]> tokenizers() {
    List<byte[]> bases = new ArrayList<>();
    for (String pre : List.of("qwen2", "kimi-k2", "llama-bpe", "deepseek-v3", "gpt-4o", "gpt-2")) {
      bases.add(SmallVocabulary.writer(pre).toBytes());
    }
    bases.add(pieces("llama").toBytes());
    bases.add(pieces("gemma4").strings("tokenizer.ggml.merges", List.of("s i", "si gn")).toBytes());
    return bases;
  }

  /// A `tokenizer.json` of Qwen 2's kind.
  static String tokenizerJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("normalizer").put("type", "NFC");
    ArrayNode added = json.putArray("added_tokens");
    ArrayNode steps =
        json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split").put("behavior", "Isolated");
    split.putObject("pattern").put("Regex", QWEN2);
    steps
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", false);
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = SmallVocabulary.writer("qwen2").toBytes();
      MemorySegment file = arena.allocate(bytes.length);
      file.copyFrom(MemorySegment.ofArray(bytes));
      Gguf gguf = Gguf.of(Path.of("small.gguf"), file);
      List<String> tokens = gguf.requiredStrings("tokenizer.ggml.tokens");
      long[] types = gguf.requiredIntegers("tokenizer.ggml.token_type");
      for (int id = 0; id < types.length; id++) {
        if (types[id] == 1) {
          vocabulary.put(tokens.get(id), id);
        } else {
          added.addObject().put("id", id).put("content", tokens.get(id)).put("special", true);
        }
      }
      ArrayNode merges = model.putArray("merges");
      gguf.requiredStrings("tokenizer.ggml.merges").forEach(merges::add);
    }
    return json.toString();
  }

  /// A `tiktoken.model`: the bytes, and a few longer ranks.
  static String tiktoken() {
    StringBuilder lines = new StringBuilder();
    for (int rank = 0; rank < 300; rank++) {
      byte[] piece =
          rank < 256 ? new byte[] {(byte) rank} : new byte[] {'t', (byte) ('a' + rank - 256)};
      lines.append(Base64.getEncoder().encodeToString(piece)).append(' ').append(rank).append('\n');
    }
    return lines.toString();
  }

  private static GgufWriter common(String architecture) {
    return new GgufWriter()
        .string("general.architecture", architecture)
        .u32(architecture + ".block_count", 2)
        .u32(architecture + ".context_length", 64)
        .u32(architecture + ".embedding_length", HIDDEN)
        .u32(architecture + ".feed_forward_length", HIDDEN)
        .u32(architecture + ".attention.head_count", 2)
        .f32(architecture + ".attention.layer_norm_rms_epsilon", 1e-6f)
        .f32(architecture + ".rope.freq_base", 10000f);
  }

  private static GgufWriter latent(boolean bottleneck) {
    GgufWriter out =
        common("deepseek2")
            .u32("deepseek2.attention.head_count_kv", 1)
            .u32("deepseek2.attention.kv_lora_rank", 32)
            .u32("deepseek2.attention.q_lora_rank", bottleneck ? 32 : 0)
            .u32("deepseek2.attention.key_length_mla", 64)
            .u32("deepseek2.attention.value_length_mla", 32)
            .u32("deepseek2.rope.dimension_count", 32)
            .string("deepseek2.rope.scaling.type", bottleneck ? "yarn" : "none")
            .f32("deepseek2.rope.scaling.factor", 4)
            .u32("deepseek2.rope.scaling.original_context_length", 16)
            .f32("deepseek2.rope.scaling.yarn_log_multiplier", 0.1f)
            .u32("deepseek2.leading_dense_block_count", 1)
            .u32("deepseek2.expert_feed_forward_length", HIDDEN)
            .u32("deepseek2.expert_count", EXPERTS)
            .u32("deepseek2.expert_used_count", 2)
            .u32("deepseek2.expert_shared_count", 1)
            .u32("deepseek2.expert_group_count", 2)
            .u32("deepseek2.expert_group_used_count", 1)
            .u32("deepseek2.expert_gating_func", 2)
            .f32("deepseek2.expert_weights_scale", 2.5f)
            .flag("deepseek2.expert_weights_norm", true)
            .tensor("token_embd.weight", DType.Q8_0, q8(VOCABULARY), HIDDEN, VOCABULARY);
    for (int layer = 0; layer < 2; layer++) {
      String p = "blk." + layer + ".";
      norm(out, p + "attn_norm.weight");
      norm(out, p + "ffn_norm.weight");
      if (bottleneck) {
        matrix(out, p + "attn_q_a.weight", 32);
        norm(out, p + "attn_q_a_norm.weight");
        matrix(out, p + "attn_q_b.weight", 128);
      } else {
        matrix(out, p + "attn_q.weight", 128);
      }
      matrix(out, p + "attn_kv_a_mqa.weight", 64);
      norm(out, p + "attn_kv_a_norm.weight");
      stack(out, p + "attn_k_b.weight", 32, 2);
      stack(out, p + "attn_v_b.weight", 32, 2);
      out.tensor(p + "attn_output.weight", DType.Q8_0, q8(2 * 32), 64, 32);
      if (layer == 0) {
        dense(out, p, "");
      } else {
        routed(out, p, EXPERTS);
        out.tensorF32(p + "exp_probs_b.bias", new float[EXPERTS], EXPERTS);
        dense(out, p, "_shexp");
      }
    }
    norm(out, "output_norm.weight");
    return out;
  }

  private static GgufWriter grouped(String architecture, int experts) {
    GgufWriter out =
        common(architecture)
            .u32(architecture + ".attention.head_count_kv", 1)
            .u32(architecture + ".attention.key_length", 32)
            .u32(architecture + ".attention.value_length", 32)
            .u32(architecture + ".rope.dimension_count", 32)
            .u32(architecture + ".expert_feed_forward_length", HIDDEN)
            .tensor("token_embd.weight", DType.Q8_0, q8(VOCABULARY), HIDDEN, VOCABULARY)
            .tensor("output.weight", DType.Q8_0, q8(VOCABULARY), HIDDEN, VOCABULARY);
    if (experts > 0) {
      out.u32(architecture + ".expert_count", experts).u32(architecture + ".expert_used_count", 2);
    }
    for (int layer = 0; layer < 2; layer++) {
      String p = "blk." + layer + ".";
      norm(out, p + "attn_norm.weight");
      norm(out, p + "ffn_norm.weight");
      matrix(out, p + "attn_q.weight", 64);
      matrix(out, p + "attn_k.weight", 32);
      matrix(out, p + "attn_v.weight", 32);
      out.tensor(p + "attn_output.weight", DType.Q8_0, q8(2 * 32), 64, 32);
      if (!architecture.equals("llama")) {
        norm(out, p + "attn_q_norm.weight");
        norm(out, p + "attn_k_norm.weight");
      }
      if (experts > 0) {
        routed(out, p, experts);
      } else {
        dense(out, p, "");
      }
    }
    norm(out, "output_norm.weight");
    return out;
  }

  private static void dense(GgufWriter out, String prefix, String suffix) {
    matrix(out, prefix + "ffn_gate" + suffix + ".weight", HIDDEN);
    matrix(out, prefix + "ffn_up" + suffix + ".weight", HIDDEN);
    matrix(out, prefix + "ffn_down" + suffix + ".weight", HIDDEN);
  }

  private static void routed(GgufWriter out, String prefix, int experts) {
    matrix(out, prefix + "ffn_gate_inp.weight", experts);
    stack(out, prefix + "ffn_gate_exps.weight", HIDDEN, experts);
    stack(out, prefix + "ffn_up_exps.weight", HIDDEN, experts);
    stack(out, prefix + "ffn_down_exps.weight", HIDDEN, experts);
  }

  private static void norm(GgufWriter out, String name) {
    out.tensorF32(name, new float[HIDDEN], HIDDEN);
  }

  private static void matrix(GgufWriter out, String name, int rows) {
    out.tensor(name, DType.Q8_0, q8(rows), HIDDEN, rows);
  }

  private static void stack(GgufWriter out, String name, int rows, int count) {
    out.tensor(name, DType.Q4_0, new byte[18 * rows * count], HIDDEN, rows, count);
  }

  private static byte[] q8(int rows) {
    return new byte[34 * rows];
  }

  private static GgufWriter pieces(String kind) {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>", "<|user|>"));
    List<Integer> types = new ArrayList<>(List.of(2, 3, 3, 4));
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      types.add(6);
    }
    for (String piece : List.of("▁", "s", "i", "g", "n", "si", "gn", "sign", "▁s", "ü", "信")) {
      tokens.add(piece);
      types.add(1);
    }
    float[] scores = new float[tokens.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = -(id % 23);
    }
    return new GgufWriter()
        .string("tokenizer.ggml.model", kind)
        .strings("tokenizer.ggml.tokens", tokens)
        .i32s("tokenizer.ggml.token_type", types.stream().mapToInt(Integer::intValue).toArray())
        .f32s("tokenizer.ggml.scores", scores)
        .flag("tokenizer.ggml.add_bos_token", true)
        .u32("tokenizer.ggml.bos_token_id", 1)
        .u32("tokenizer.ggml.eos_token_id", 2);
  }
}
