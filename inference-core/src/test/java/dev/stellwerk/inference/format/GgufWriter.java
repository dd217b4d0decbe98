package dev.stellwerk.inference.format;

import dev.stellwerk.inference.backend.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Writes small GGUF files for tests.
public final class GgufWriter {
  /// A place in the file that says how much of something follows, or where it is.
  ///
  /// @param width in bytes, 4 or 8
  public record Field(int position, int width) {}

  private static final class Tensor {
    private final String name;
    private final int type;
    private final long[] dims;
    private final byte[] data;

    Tensor(String name, int type, long[] dims, byte[] data) {
      this.name = name;
      this.type = type;
      this.dims = dims.clone();
      this.data = data;
    }
  }

  private final Out meta = new Out();
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Field> fields = new ArrayList<>();
  private int version = 3;
  private int alignment = 32;
  private int entries;

  public GgufWriter version(int newVersion) {
    version = newVersion;
    return this;
  }

  /// Pads to another alignment and says so in the metadata.
  public GgufWriter alignment(int bytes) {
    alignment = bytes;
    return u32("general.alignment", bytes);
  }

  public GgufWriter u8(String key, int value) {
    key(key, GgufType.U8).put1(value);
    return this;
  }

  public GgufWriter i32(String key, int value) {
    key(key, GgufType.I32).put4(value);
    return this;
  }

  public GgufWriter u32(String key, long value) {
    key(key, GgufType.U32).put4((int) value);
    return this;
  }

  public GgufWriter u64(String key, long value) {
    key(key, GgufType.U64).put8(value);
    return this;
  }

  public GgufWriter i64(String key, long value) {
    key(key, GgufType.I64).put8(value);
    return this;
  }

  public GgufWriter f32(String key, float value) {
    key(key, GgufType.F32).put4(Float.floatToRawIntBits(value));
    return this;
  }

  public GgufWriter f64(String key, double value) {
    key(key, GgufType.F64).put8(Double.doubleToRawLongBits(value));
    return this;
  }

  public GgufWriter flag(String key, boolean value) {
    key(key, GgufType.BOOL).put1(value ? 1 : 0);
    return this;
  }

  public GgufWriter string(String key, String value) {
    return stringBytes(key, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A string of bytes that need not be UTF-8.
  public GgufWriter stringBytes(String key, byte[] value) {
    key(key, GgufType.STRING).putString(value);
    return this;
  }

  public GgufWriter strings(String key, List<String> values) {
    array(key, GgufType.STRING, values.size());
    for (String value : values) {
      meta.putString(value.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  public GgufWriter i32s(String key, int... values) {
    array(key, GgufType.I32, values.length);
    for (int value : values) {
      meta.put4(value);
    }
    return this;
  }

  public GgufWriter f32s(String key, float... values) {
    array(key, GgufType.F32, values.length);
    for (float value : values) {
      meta.put4(Float.floatToRawIntBits(value));
    }
    return this;
  }

  /// An array header of a type id of the caller's choice, with no elements after it.
  public GgufWriter rawArray(String key, int elementType, long length) {
    key(key, GgufType.ARRAY).put4(elementType);
    meta.put8(length);
    return this;
  }

  /// A value of a type id of the caller's choice, with no bytes after it.
  public GgufWriter rawType(String key, int type) {
    entries++;
    meta.putString(key.getBytes(StandardCharsets.UTF_8));
    meta.put4(type);
    return this;
  }

  /// A tensor.
  ///
  /// @param dims in ggml's order
  public GgufWriter tensor(String name, DType type, byte[] data, long... dims) {
    return rawTensor(name, type.id(), data, dims);
  }

  public GgufWriter tensorF32(String name, float[] values, long... dims) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return tensor(name, DType.F32, data.array(), dims);
  }

  public GgufWriter rawTensor(String name, int type, byte[] data, long... dims) {
    tensors.add(new Tensor(name, type, dims, data));
    return this;
  }

  public byte[] toBytes() {
    Out out = new Out();
    fields.clear();
    out.put4(0x46554747);
    out.put4(version);
    field(out, 8);
    out.put8(tensors.size());
    field(out, 8);
    out.put8(entries);
    int base = out.size();
    for (Field inMeta : meta.fields) {
      fields.add(new Field(base + inMeta.position(), inMeta.width()));
    }
    out.put(meta.bytes());
    long offset = 0;
    for (Tensor tensor : tensors) {
      field(out, 8);
      out.putString(tensor.name.getBytes(StandardCharsets.UTF_8));
      field(out, 4);
      out.put4(tensor.dims.length);
      for (long dim : tensor.dims) {
        field(out, 8);
        out.put8(dim);
      }
      field(out, 4);
      out.put4(tensor.type);
      field(out, 8);
      out.put8(offset);
      offset += padded(tensor.data.length);
    }
    if (!tensors.isEmpty()) {
      out.put(new byte[padded(out.size()) - out.size()]);
    }
    for (Tensor tensor : tensors) {
      out.put(tensor.data);
      out.put(new byte[padded(tensor.data.length) - tensor.data.length]);
    }
    return out.bytes();
  }

  /// The counts, lengths, types and offsets of what [#toBytes] last returned.
  public List<Field> fields() {
    return List.copyOf(fields);
  }

  public Path write(Path file) {
    try {
      return Files.write(file, toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void field(Out out, int width) {
    fields.add(new Field(out.size(), width));
  }

  private int padded(int bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
  }

  private Out key(String key, GgufType type) {
    entries++;
    meta.putString(key.getBytes(StandardCharsets.UTF_8));
    meta.fields.add(new Field(meta.size(), 4));
    meta.put4(type.id());
    return meta;
  }

  private void array(String key, GgufType element, int length) {
    key(key, GgufType.ARRAY).put4(element.id());
    meta.fields.add(new Field(meta.size(), 8));
    meta.put8(length);
  }

  /// Growing little-endian output.
  private static final class Out {
    private final List<Field> fields = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    int size() {
      return buffer.position();
    }

    byte[] bytes() {
      byte[] bytes = new byte[buffer.position()];
      buffer.get(0, bytes);
      return bytes;
    }

    void put1(int value) {
      room(1).put((byte) value);
    }

    void put4(int value) {
      room(4).putInt(value);
    }

    void put8(long value) {
      room(8).putLong(value);
    }

    void put(byte[] bytes) {
      room(bytes.length).put(bytes);
    }

    void putString(byte[] bytes) {
      fields.add(new Field(size(), 8));
      put8(bytes.length);
      put(bytes);
    }

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        ByteBuffer bigger =
            ByteBuffer.allocate(2 * buffer.capacity() + bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer = bigger.put(buffer.flip());
      }
      return buffer;
    }
  }
}
