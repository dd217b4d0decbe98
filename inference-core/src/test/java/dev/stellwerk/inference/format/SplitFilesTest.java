package dev.stellwerk.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitFilesTest {
  @TempDir private Path folder;

  private Path part(int number) {
    return folder.resolve("model-%05d-of-00003.gguf".formatted(number));
  }

  /// The keys as llama.cpp's `gguf-split` writes them.
  private static GgufWriter split(GgufWriter writer, int number, int count, int tensors) {
    return writer
        .u32("split.no", number)
        .u32("split.count", count)
        .i32("split.tensors.count", tensors);
  }

  private static GgufWriter first() {
    return split(new GgufWriter().string("general.architecture", "deepseek2"), 0, 3, 4)
        .tensorF32("a", new float[] {1f}, 1);
  }

  private static GgufWriter second() {
    return split(new GgufWriter(), 1, 3, 4)
        .tensorF32("b", new float[] {2f, 3f}, 2)
        .tensor("c", DType.Q8_0, new byte[34], 32);
  }

  private static GgufWriter third() {
    return split(new GgufWriter(), 2, 3, 4).tensorF32("d", new float[] {4f}, 1);
  }

  private void writeAll() {
    first().write(part(1));
    second().write(part(2));
    third().write(part(3));
  }

  private void refused(String... parts) {
    for (int named = 1; named <= 3; named++) {
      Path path = part(named);
      if (Files.exists(path)) {
        String message =
            assertThrows(ModelFileException.class, () -> Gguf.open(path).close()).getMessage();
        for (String wanted : parts) {
          assertTrue(message.contains(wanted), message);
        }
      }
    }
  }

  @Test
  void anyPartOpensAll() {
    writeAll();
    for (int named = 1; named <= 3; named++) {
      try (Gguf gguf = Gguf.open(part(named))) {
        assertEquals(part(1), gguf.path());
        assertEquals(List.of(part(1), part(2), part(3)), gguf.paths());
        assertEquals("deepseek2", gguf.requiredString("general.architecture"));
        assertEquals(List.of("a", "b", "c", "d"), List.copyOf(gguf.tensors().keySet()));
        assertEquals(1f, value(gguf, "a", 0));
        assertEquals(3f, value(gguf, "b", 1));
        assertEquals(4f, value(gguf, "d", 0));
        assertEquals(34, gguf.data(gguf.requiredTensor("c")).byteSize());
        assertEquals(gguf.paths().stream().mapToLong(SplitFilesTest::size).sum(), gguf.bytes());
      }
    }
  }

  @Test
  void aPartThatIsMissingIsNamed() throws IOException {
    writeAll();
    Files.delete(part(2));
    refused(part(2).toString(), "does not exist; it is part 2 of 3");
  }

  @Test
  void aBrokenPartIsNamed() throws IOException {
    writeAll();
    Files.writeString(part(3), "not a model");
    String message =
        assertThrows(ModelFileException.class, () -> Gguf.open(part(1)).close()).getMessage();
    assertTrue(message.startsWith(part(3) + ": magic"), message);
  }

  @Test
  void partsOfDifferentModelsAreRefused() {
    writeAll();
    split(new GgufWriter(), 1, 3, 5).tensorF32("b", new float[] {2f}, 1).write(part(2));
    refused(part(2).toString(), "split.tensors.count", "different models");
    split(new GgufWriter().string("general.architecture", "llama"), 1, 3, 4)
        .tensorF32("b", new float[] {2f}, 1)
        .write(part(2));
    refused(part(2).toString(), "general.architecture", part(1).toString(), "different models");
  }

  @Test
  void aPartInAnothersPlaceIsRefused() throws IOException {
    writeAll();
    Files.copy(part(3), part(2), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    String message =
        assertThrows(ModelFileException.class, () -> Gguf.open(part(1)).close()).getMessage();
    assertTrue(message.contains(part(2) + ": split.no: 2; expected 1"), message);
  }

  @Test
  void aTensorInTwoPartsIsRefused() {
    writeAll();
    split(new GgufWriter(), 1, 3, 4)
        .tensorF32("a", new float[] {2f}, 1)
        .tensorF32("b", new float[] {2f}, 1)
        .write(part(2));
    refused(part(2) + ": a: is in " + part(1) + " as well");
  }

  @Test
  void missingTensorsAreCounted() {
    writeAll();
    split(new GgufWriter(), 1, 3, 4).tensorF32("b", new float[] {2f}, 1).write(part(2));
    refused("split.tensors.count: 4, but the 3 files hold 3");
  }

  @Test
  void aPartUnderAnotherNameIsToldItsName() throws IOException {
    writeAll();
    Path other = folder.resolve("other.gguf");
    Files.copy(part(2), other);
    String message =
        assertThrows(ModelFileException.class, () -> Gguf.open(other).close()).getMessage();
    assertTrue(message.contains("part 2 of 3"), message);
    assertTrue(message.contains("-00002-of-00003.gguf"), message);
  }

  @Test
  void hostileSplitKeysAreRefused() {
    Path file = folder.resolve("m.gguf");
    for (long count : new long[] {0, 513, 0xFFFF_FFFFL}) {
      new GgufWriter().u32("split.count", count).write(file);
      assertThrows(ModelFileException.class, () -> Gguf.open(file).close());
    }
    new GgufWriter().u32("split.count", 2).u32("split.no", 2).write(file);
    assertThrows(ModelFileException.class, () -> Gguf.open(file).close());
    new GgufWriter().string("split.count", "2").write(file);
    assertThrows(ModelFileException.class, () -> Gguf.open(file).close());
    new GgufWriter().u32("split.count", 1).u32("split.no", 0).write(file);
    Gguf.open(file).close();
  }

  @Test
  void namesAreTakenApart() {
    SplitName name = SplitName.of(Path.of("/x/Kimi-K2-Q4_K_M-00002-of-00013.gguf"));
    assertEquals(
        new SplitName(Path.of("/x/Kimi-K2-Q4_K_M-00002-of-00013.gguf"), "Kimi-K2-Q4_K_M", 1, 13),
        name);
    assertEquals("Kimi-K2-Q4_K_M-00013-of-00013.gguf", name == null ? "" : name.fileName(12));
    assertNull(SplitName.of(Path.of("model-00000-of-00003.gguf")));
    assertNull(SplitName.of(Path.of("model-00004-of-00003.gguf")));
    assertNull(SplitName.of(Path.of("model.gguf")));
  }

  @Test
  void aFileThatBecameShorterIsSaidSo() throws IOException {
    writeAll();
    try (Gguf gguf = Gguf.open(part(1))) {
      TensorInfo tensor = gguf.requiredTensor("b");
      try (RandomAccessFile file = new RandomAccessFile(part(2).toFile(), "rw")) {
        file.setLength(10);
      }
      String message = assertThrows(ModelFileException.class, () -> gguf.data(tensor)).getMessage();
      assertTrue(message.startsWith(part(2) + ": file: is now 10 bytes long"), message);
      assertEquals(1f, value(gguf, "a", 0));
    }
  }

  @Test
  void aPageThatIsGoneIsSaidSo() throws IOException {
    Path file = folder.resolve("large.gguf");
    new GgufWriter().tensorF32("t", new float[1 << 14], 1 << 14).write(file);
    try (Gguf gguf = Gguf.open(file)) {
      var data = gguf.data(gguf.requiredTensor("t"));
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(4096);
      }
      String message =
          assertThrows(
                  ModelFileException.class,
                  () -> gguf.reading(() -> data.get(ValueLayout.JAVA_BYTE, data.byteSize() - 1)))
              .getMessage();
      assertTrue(message.contains("is now 4096 bytes long"), message);
    }
  }

  @Test
  void aFileThatWasReplacedStaysWhole() throws IOException {
    writeAll();
    try (Gguf gguf = Gguf.open(part(1))) {
      Files.delete(part(2));
      assertEquals(3f, value(gguf, "b", 1));
      Files.writeString(part(2), "shorter");
      assertEquals(3f, value(gguf, "b", 1));
    }
  }

  private static float value(Gguf gguf, String tensor, int index) {
    return gguf.data(gguf.requiredTensor(tensor))
        .getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
