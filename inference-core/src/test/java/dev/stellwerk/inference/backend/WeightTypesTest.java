package dev.stellwerk.inference.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stellwerk.inference.platform.Memory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every type of weights expands to what gguf-py's numpy code says, to the bit; the files are made
/// by `src/test/parity/make_quant.py`.
class WeightTypesTest {
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "F32")
  void expandsAsTheReferenceDoes(DType type) throws IOException {
    byte[] blocks = resource(type + ".blocks");
    ByteBuffer values = ByteBuffer.wrap(resource(type + ".values")).order(ByteOrder.LITTLE_ENDIAN);
    int columns = values.remaining() / Float.BYTES;
    assertEquals(blocks.length, type.bytes(columns));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(blocks.length, 64);
      MemorySegment.copy(blocks, 0, data, ValueLayout.JAVA_BYTE, 0, blocks.length);
      for (String name : Backends.available()) {
        try (Backend backend = Backends.open(name, 1)) {
          Matrix table = backend.load(type, 1, 1, columns, data);
          Rows out = Rows.allocate(backend, 1, columns);
          backend.kernels().embed(table, backend.allocate(4), 1, out);
          for (int i = 0; i < columns; i++) {
            float expected = values.getFloat(Float.BYTES * i);
            float actual = Memory.getFloat(out.address(0) + 4L * i);
            assertEquals(expected, actual + 0f, 0f, type + " on " + name + ", element " + i);
          }
        }
      }
    }
  }

  private static byte[] resource(String file) throws IOException {
    try (InputStream in = WeightTypesTest.class.getResourceAsStream("/quant/" + file)) {
      if (in == null) {
        throw new FileNotFoundException("/quant/" + file);
      }
      return in.readAllBytes();
    }
  }
}
