package dev.stellwerk.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
  @TempDir private Path folder;

  private static GgufWriter small() {
    return new GgufWriter()
        .string("general.architecture", "deepseek2")
        .string("general.name", "Tiny Über")
        .string("general.license", "apache-2.0")
        .u32("deepseek2.context_length", 4096)
        .u32("deepseek2.block_count", 2)
        .u32("deepseek2.expert_count", 384)
        .u32("deepseek2.expert_used_count", 8)
        .f32("deepseek2.rope.freq_base", 50000f)
        .flag("deepseek2.expert_weights_norm", true)
        .strings("tokenizer.ggml.tokens", List.of("a", "", "ß", "日本"))
        .i32s("tokenizer.ggml.token_type", 1, 1, -3, 3)
        .f32s("tokenizer.ggml.scores", 0.5f, -1f)
        .tensorF32("norm", new float[] {1f, 2f, 3f}, 3)
        .tensor("weight", DType.Q8_0, new byte[2 * 34], 32, 2);
  }

  private Path file(GgufWriter writer) {
    return writer.write(folder.resolve("model.gguf"));
  }

  private void refused(GgufWriter writer, String field, String reason) {
    refused(writer.toBytes(), field, reason);
  }

  private void refused(byte[] bytes, String field, String reason) {
    Path path = folder.resolve("hostile.gguf");
    try {
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    String message =
        assertThrows(ModelFileException.class, () -> Gguf.open(path).close()).getMessage();
    assertTrue(message.startsWith(path + ": " + field), message);
    assertTrue(message.contains(reason), message);
  }

  @Test
  void readsMetadata() {
    try (Gguf gguf = Gguf.open(file(small()))) {
      assertEquals("deepseek2", gguf.requiredString("general.architecture"));
      assertEquals("Tiny Über", gguf.requiredString("general.name"));
      assertEquals(4096, gguf.requiredInteger("deepseek2.context_length"));
      assertEquals(4096.0, gguf.requiredNumber("deepseek2.context_length"));
      assertEquals(50000.0, gguf.requiredNumber("deepseek2.rope.freq_base"));
      assertTrue(gguf.requiredFlag("deepseek2.expert_weights_norm"));
      assertEquals(List.of("a", "", "ß", "日本"), gguf.requiredStrings("tokenizer.ggml.tokens"));
      assertArrayEquals(
          new long[] {1, 1, -3, 3}, gguf.requiredIntegers("tokenizer.ggml.token_type"));
      assertArrayEquals(
          new double[] {0.5, -1}, gguf.numbers("tokenizer.ggml.scores").orElseThrow());
      assertEquals(12, gguf.keys().size());
      assertTrue(gguf.string("general.nothing").isEmpty());
      assertTrue(gguf.integer("general.nothing").isEmpty());
      assertTrue(gguf.flag("general.nothing").isEmpty());
    }
  }

  @Test
  void readsEveryWidthOfInteger() {
    GgufWriter writer =
        new GgufWriter()
            .u8("u8", 200)
            .i32("i32", -5)
            .u32("u32", 4_000_000_000L)
            .i64("i64", Long.MIN_VALUE)
            .u64("u64", -1L)
            .f64("f64", 0.1);
    try (Gguf gguf = Gguf.open(file(writer))) {
      assertEquals(200, gguf.requiredInteger("u8"));
      assertEquals(-5, gguf.requiredInteger("i32"));
      assertEquals(4_000_000_000L, gguf.requiredInteger("u32"));
      assertEquals(Long.MIN_VALUE, gguf.requiredInteger("i64"));
      assertEquals(0.1, gguf.requiredNumber("f64"));
      ModelFileException tooBig = assertThrows(ModelFileException.class, () -> gguf.integer("u64"));
      assertTrue(tooBig.getMessage().contains("18446744073709551615"));
    }
  }

  @Test
  void readsTensors() {
    try (Gguf gguf = Gguf.open(file(small()))) {
      assertEquals(List.of("norm", "weight"), List.copyOf(gguf.tensors().keySet()));
      TensorInfo norm = gguf.requiredTensor("norm");
      assertEquals(DType.F32, norm.type());
      assertEquals(12, norm.bytes());
      MemorySegment data = gguf.data(norm);
      assertEquals(2f, data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 1));
      assertTrue(data.isReadOnly());
      TensorInfo weight = gguf.requiredTensor("weight");
      assertEquals(List.of(32L, 2L), weight.dims());
      assertEquals(64, weight.elements());
      assertEquals(1, weight.dim(3));
      assertEquals(68, gguf.data(weight).byteSize());
      assertEquals(0, weight.offset() % 32);
    }
  }

  @Test
  void readsVersion2AndOtherAlignments() {
    GgufWriter writer = small().version(2).alignment(64);
    try (Gguf gguf = Gguf.open(file(writer))) {
      assertEquals(0, gguf.requiredTensor("weight").offset() % 64);
      assertEquals(
          3f,
          gguf.data(gguf.requiredTensor("norm")).getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 2));
    }
  }

  @Test
  void namesFileAndKeyOfWhatIsMissingOrOfAnotherType() {
    Path path = file(small());
    try (Gguf gguf = Gguf.open(path)) {
      assertMessage(path, () -> gguf.requiredString("x.y"), "x.y: is missing; expected a string");
      assertMessage(path, () -> gguf.requiredTensor("out"), "out: is missing; expected a tensor");
      assertMessage(
          path, () -> gguf.integer("general.name"), "general.name: STRING; expected an integer");
      assertMessage(
          path,
          () -> gguf.string("deepseek2.block_count"),
          "deepseek2.block_count: U32; expected a string");
      assertMessage(
          path,
          () -> gguf.string("tokenizer.ggml.tokens"),
          "tokenizer.ggml.tokens: an array of STRING; expected a string");
      assertMessage(
          path,
          () -> gguf.integers("tokenizer.ggml.tokens"),
          "tokenizer.ggml.tokens: STRING; expected an integer");
      assertMessage(
          path,
          () -> gguf.requiredInteger("deepseek2.expert_count", 1, 256),
          "deepseek2.expert_count: 384; expected 1 to 256");
    }
  }

  private static void assertMessage(Path path, Runnable action, String message) {
    assertEquals(
        path + ": " + message, assertThrows(ModelFileException.class, action::run).getMessage());
  }

  @Test
  void refusesWhatIsNoFile() {
    Path absent = folder.resolve("absent.gguf");
    assertMessage(absent, () -> Gguf.open(absent).close(), "file: does not exist");
    assertTrue(
        assertThrows(ModelFileException.class, () -> Gguf.open(folder).close())
            .getMessage()
            .startsWith(folder + ": file: "));
    refused(new byte[0], "magic", "the file ends at byte 0");
    refused("GGML12345678".getBytes(StandardCharsets.UTF_8), "magic", "not a GGUF file");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = small().toBytes();
    int accepted = 0;
    for (int length = 0; length < whole.length; length++) {
      Path path = folder.resolve("cut.gguf");
      try {
        Files.write(path, Arrays.copyOf(whole, length));
        Gguf.open(path).close();
        accepted++;
      } catch (ModelFileException e) {
        assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    // Only the padding after the last tensor (68 of 96 bytes) may be missing.
    assertEquals(96 - 68, accepted);
  }

  @Test
  void refusesVersions() {
    refused(small().version(1), "version", "1; supported: 2 and 3");
    refused(small().version(4), "version", "4; supported: 2 and 3");
    refused(small().version(0x03000000), "version", "big-endian");
  }

  @Test
  void refusesMetadata() {
    refused(new GgufWriter().u32("a", 1).u32("a", 2), "a", "twice");
    refused(new GgufWriter().rawType("a", 13).u32("b", 0), "a", "value type 13");
    refused(new GgufWriter().rawArray("a", 9, 1).u64("b", 0), "a", "array of arrays");
    refused(new GgufWriter().rawArray("a", 10, 1L << 61), "a", "holds at most 0");
    refused(new GgufWriter().rawArray("a", 8, -1), "a", "18446744073709551615");
    refused(new GgufWriter().u32("k".repeat(1025), 1), "metadata key 0", "limit of 1024");
    refused(new GgufWriter().stringBytes("s", new byte[(4 << 20) + 1]), "s", "limit of 4194304");
    refused(new GgufWriter().u32("general.alignment", 24), "general.alignment", "power of two");
    refused(new GgufWriter().u32("general.alignment", 0), "general.alignment", "power of two");
    refused(
        new GgufWriter().u32("general.alignment", 0x8000_0000L),
        "general.alignment",
        "power of two");
    refused(new GgufWriter().string("general.alignment", "32"), "general.alignment", "unsigned");
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    byte[] latin = {'a', (byte) 0xE9, 'b'};
    Path path =
        file(
            new GgufWriter()
                .stringBytes("good", "\uFFFD".getBytes(StandardCharsets.UTF_8))
                .stringBytes("bad", latin));
    try (Gguf gguf = Gguf.open(path)) {
      assertEquals("\uFFFD", gguf.requiredString("good"));
      assertMessage(path, () -> gguf.string("bad"), "bad: expected UTF-8 text");
    }
  }

  @Test
  void refusesTensors() {
    byte[] four = new byte[16];
    GgufWriter iq2 = new GgufWriter().rawTensor("t", 17, new byte[74], 256);
    refused(iq2, "t", "IQ2_XS (ggml id 17)");
    refused(iq2, "t", "supported: F32, ");
    refused(new GgufWriter().rawTensor("t", 77, four, 4), "t", "unknown (ggml id 77)");
    refused(new GgufWriter().rawTensor("t", 0, four), "t", "rank 0");
    refused(new GgufWriter().rawTensor("t", 0, four, 1, 1, 1, 1, 1), "t", "rank 5");
    refused(new GgufWriter().rawTensor("t", 0, four, 4, 0), "t", "dimension 1 is 0");
    refused(new GgufWriter().rawTensor("t", 0, four, -4), "t", "more than the file holds");
    refused(
        new GgufWriter().rawTensor("t", 0, four, 1L << 31, 1L << 31, 1L << 31, 4),
        "t",
        "more than the file holds");
    refused(new GgufWriter().rawTensor("t", 0, four, 9), "t", "needs 36 bytes");
    refused(new GgufWriter().rawTensor("t", 8, new byte[34], 33), "t", "expected a multiple of 32");
    refused(new GgufWriter().rawTensor("t", 0, four, 4).rawTensor("t", 0, four, 4), "t", "twice");
    refused(new GgufWriter().rawTensor("n".repeat(128), 0, four, 4), "name of tensor 0", "limit");
  }

  @Test
  void refusesTensorsThatOverlapOrAreMisplaced() {
    byte[] four = new byte[16];
    GgufWriter writer = new GgufWriter().rawTensor("one", 0, four, 4).rawTensor("two", 0, four, 4);
    byte[] bytes = writer.toBytes();
    GgufWriter.Field offset = writer.fields().getLast();
    bytes[offset.position()] = 0;
    refused(bytes, "two", "overlaps tensor one");
    bytes[offset.position()] = 16;
    refused(bytes, "two", "offset 16; expected a multiple of 32");
    bytes[offset.position() + 7] = (byte) 0x80;
    refused(bytes, "two", "inside the file");
  }

  @Test
  void whatCannotRunCanBeLookedAt() {
    Path path =
        file(
            small()
                .rawTensor("iq", 17, new byte[2 * 74], 256, 2)
                .rawTensor("new", 99, bytes(8), 4));
    try (Gguf gguf = Gguf.inspect(path)) {
      assertEquals(List.of("norm", "weight"), List.copyOf(gguf.tensors().keySet()));
      assertEquals(
          List.of(
              new UnsupportedTensor("iq", "IQ2_XS", 17, List.of(256L, 2L), 148),
              new UnsupportedTensor("new", "unknown", 99, List.of(4L), 0)),
          gguf.unsupported());
      assertEquals(512, gguf.unsupported().getFirst().elements());
    }
    refused(
        new GgufWriter().rawTensor("iq", 17, bytes(74), 256, 2), "iq", "needs 148 bytes from byte");
  }

  private static byte[] bytes(int count) {
    return new byte[count];
  }

  /// The library's own types must agree with the list of all.
  @Test
  void supportedTypesAreLaidOutAsTheListSays() {
    for (DType type : DType.values()) {
      GgmlTypes.Layout layout = GgmlTypes.layout(type.id());
      assertEquals(
          new GgmlTypes.Layout(type.name(), type.blockElements(), type.blockBytes()), layout);
    }
  }

  @Test
  void printsNoControlCharacters() {
    refused(new GgufWriter().u32("\u001b[31m\n", 1).u32("\u001b[31m\n", 2), "?[31m?", "twice");
    assertFalse(ModelFileException.printable("x".repeat(500)).length() > 130);
  }

  @Test
  void closingUnmaps() {
    Gguf gguf = Gguf.open(file(small()));
    MemorySegment data = gguf.data(gguf.requiredTensor("norm"));
    gguf.close();
    assertThrows(IllegalStateException.class, () -> data.get(ValueLayout.JAVA_BYTE, 0));
  }
}
