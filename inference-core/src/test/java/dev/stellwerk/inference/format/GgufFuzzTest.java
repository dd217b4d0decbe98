package dev.stellwerk.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.stellwerk.inference.backend.DType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mutated headers: each is refused with a message or loads, and none allocates much.
class GgufFuzzTest {
  private static final int MUTATIONS = 1_000;
  private static final long ALLOCATED_BYTES_MAX = 64L << 20;
  private static final long[] EVIL = {
    0,
    1,
    2,
    255,
    65_536,
    Integer.MAX_VALUE,
    0x8000_0000L,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -8,
    -32
  };

  @TempDir private Path folder;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static GgufWriter valid() {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      tokens.add("token" + i);
    }
    GgufWriter writer =
        new GgufWriter()
            .string("general.architecture", "deepseek2")
            .u32("general.alignment", 32)
            .u32("deepseek2.context_length", 4096)
            .f32("deepseek2.rope.freq_base", 10000f)
            .flag("deepseek2.expert_weights_norm", true)
            .u64("deepseek2.parameters", 1L << 33)
            .strings("tokenizer.ggml.tokens", tokens)
            .i32s("tokenizer.ggml.token_type", new int[300])
            .string("tokenizer.chat_template", "{{ messages }}");
    for (int i = 0; i < 8; i++) {
      writer
          .tensorF32("blk." + i + ".norm", new float[16], 16)
          .tensor("blk." + i + ".weight", DType.Q8_0, new byte[34 * 8], 64, 4)
          .tensor("blk." + i + ".experts", DType.Q4_0, new byte[18 * 8], 32, 4, 2);
    }
    return writer;
  }

  @Test
  void everyMutationIsRefusedOrLoads() throws IOException {
    GgufWriter writer = valid();
    byte[] original = writer.toBytes();
    List<GgufWriter.Field> fields = writer.fields();
    Path path = folder.resolve("fuzz.gguf");
    Random random = new Random(20261123);
    int refused = 0;
    int loaded = 0;
    long worst = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Files.write(path, mutate(original, fields, random, i));
      long before = threads.getCurrentThreadAllocatedBytes();
      if (survives(path)) {
        loaded++;
      } else {
        refused++;
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      worst = Math.max(worst, allocated);
      assertTrue(allocated <= ALLOCATED_BYTES_MAX, "mutation " + i + " allocated " + allocated);
    }
    System.out.printf(
        "%d mutated headers: %d refused, %d loaded, at most %d KiB allocated%n",
        MUTATIONS, refused, loaded, worst >> 10);
    assertEquals(MUTATIONS, refused + loaded);
    assertTrue(refused > MUTATIONS / 2, "the mutations are too mild: " + refused);
  }

  /// A header of many megabytes that is valid, and at every limit at once.
  @Test
  void theLargestValidHeaderStaysWithinTheLimit() {
    GgufWriter writer = new GgufWriter();
    for (int i = 0; i < GgufHeader.ENTRIES_MAX; i++) {
      writer.u32(padded(i, GgufHeader.KEY_BYTES_MAX), i);
    }
    for (int i = 0; i < GgufHeader.TENSORS_MAX; i++) {
      writer.tensorF32(padded(i, GgufHeader.NAME_BYTES_MAX), new float[] {1f}, 1, 1, 1, 1);
    }
    Path path = writer.write(folder.resolve("large.gguf"));
    long before = threads.getCurrentThreadAllocatedBytes();
    try (Gguf gguf = Gguf.open(path)) {
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated <= ALLOCATED_BYTES_MAX, "allocated " + allocated);
      assertEquals(GgufHeader.TENSORS_MAX, gguf.tensors().size());
      System.out.printf("the largest header: %d KiB allocated%n", allocated >> 10);
    }
    Path tooMany = writer.u32("one more", 1).write(folder.resolve("large.gguf"));
    assertThrows(ModelFileException.class, () -> Gguf.open(tooMany).close());
  }

  private static String padded(int number, int length) {
    String digits = String.valueOf(number);
    return "k".repeat(length - digits.length()) + digits;
  }

  private static byte[] mutate(
      byte[] original, List<GgufWriter.Field> fields, Random random, int round) {
    byte[] bytes = original.clone();
    switch (round % 4) {
      case 0 -> { // flipped bytes, anywhere in the header
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          bytes[random.nextInt(headerBytes(fields))] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> blowUp(bytes, fields.get(random.nextInt(fields.size())), random);
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> { // a blown-up field in a cut file
        blowUp(bytes, fields.get(random.nextInt(fields.size())), random);
        bytes = Arrays.copyOf(bytes, 24 + random.nextInt(bytes.length - 24));
      }
    }
    return bytes;
  }

  private static int headerBytes(List<GgufWriter.Field> fields) {
    return fields.getLast().position() + fields.getLast().width();
  }

  private static void blowUp(byte[] bytes, GgufWriter.Field field, Random random) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long value = random.nextInt(4) == 0 ? random.nextLong() : EVIL[random.nextInt(EVIL.length)];
    if (field.width() == 8) {
      buffer.putLong(field.position(), value);
    } else {
      buffer.putInt(field.position(), (int) value);
    }
  }

  /// Opens the file and touches everything it offers.
  private static boolean survives(Path path) {
    try (Gguf gguf = Gguf.open(path)) {
      for (String key : gguf.keys()) {
        touch(() -> gguf.string(key));
        touch(() -> gguf.integer(key));
        touch(() -> gguf.number(key));
        touch(() -> gguf.flag(key));
        touch(() -> gguf.strings(key).ifPresent(List::copyOf));
        touch(() -> gguf.integers(key));
        touch(() -> gguf.numbers(key));
      }
      for (TensorInfo tensor : gguf.tensors().values()) {
        assertEquals(tensor.bytes(), gguf.data(tensor).byteSize());
      }
      return true;
    } catch (ModelFileException e) {
      assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
      return false;
    }
  }

  private static void touch(Runnable access) {
    try {
      access.run();
    } catch (ModelFileException e) {
      assertTrue(e.getMessage().contains(": "), e.getMessage());
    }
  }
}
