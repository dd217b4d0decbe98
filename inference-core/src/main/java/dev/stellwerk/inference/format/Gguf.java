package dev.stellwerk.inference.format;

import dev.stellwerk.inference.format.GgufHeader.Entry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A GGUF file (version 2 or 3, little-endian), mapped into memory.
///
/// [#open] reads and checks the whole header; values stay in the file and are decoded when asked
/// for. Nothing here allocates more than 64 MiB, whatever the header says. Safe for use by many
/// threads. Closing unmaps the file: segments from [#data] die with it.
///
/// Accessors return empty for an absent key, and throw [ModelFileException] for a value of another
/// type; the `required` ones throw for both.
public final class Gguf implements AutoCloseable {
  private final Path path;
  private final Arena arena;
  private final MemorySegment file;
  private final ByteBuffer header;
  private final Map<String, Entry> entries;
  private final Map<String, TensorInfo> tensors;

  private Gguf(Path path, Arena arena, MemorySegment file, ByteBuffer header, GgufHeader read) {
    this.path = path;
    this.arena = arena;
    this.file = file;
    this.header = header;
    this.entries = read.entries();
    this.tensors = read.tensors();
  }

  /// Maps a file and checks its header.
  ///
  /// @throws ModelFileException when the file cannot be read or any part of its header is wrong
  public static Gguf open(Path path) {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long headerBytes = Math.min(file.byteSize(), GgufHeader.HEADER_BYTES_MAX);
      ByteBuffer header =
          file.asSlice(0, headerBytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      GgufHeader read = new GgufHeader(path, header, file.byteSize());
      read.read();
      opened = true;
      return new Gguf(path, arena, file, header, read);
    } catch (NoSuchFileException e) {
      throw new ModelFileException(path, "file", "does not exist", e);
    } catch (IOException e) {
      throw new ModelFileException(path, "file", "cannot be read: " + e.getMessage(), e);
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  public Path path() {
    return path;
  }

  /// The size of the file, in bytes.
  public long bytes() {
    return file.byteSize();
  }

  /// The metadata keys, in the file's order.
  public Set<String> keys() {
    return entries.keySet();
  }

  public Optional<String> string(String key) {
    Entry entry = entry(key, false, "a string", GgufType.STRING);
    return entry == null ? Optional.empty() : Optional.of(text(key, entry.position()));
  }

  public String requiredString(String key) {
    return string(key).orElseThrow(() -> missing(key, "a string"));
  }

  /// An integer of any width. Unsigned 64-bit values above `Long.MAX_VALUE` are refused.
  public OptionalLong integer(String key) {
    Entry entry = entry(key, false, "an integer", null);
    if (entry == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(integerAt(key, entry.type(), entry.position()));
  }

  public long requiredInteger(String key) {
    return integer(key).orElseThrow(() -> missing(key, "an integer"));
  }

  /// An integer from `min` to `max`.
  public int requiredInteger(String key, int min, int max) {
    long value = requiredInteger(key);
    if (value < min || value > max) {
      throw new ModelFileException(path, key, value + "; expected " + min + " to " + max);
    }
    return (int) value;
  }

  /// A floating-point number, or an integer as one.
  public OptionalDouble number(String key) {
    Entry entry = entry(key, false, "a number", null);
    if (entry == null) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(numberAt(key, entry.type(), entry.position()));
  }

  public double requiredNumber(String key) {
    return number(key).orElseThrow(() -> missing(key, "a number"));
  }

  public Optional<Boolean> flag(String key) {
    Entry entry = entry(key, false, "a flag", GgufType.BOOL);
    if (entry == null) {
      return Optional.empty();
    }
    byte value = header.get(entry.position());
    if (value != 0 && value != 1) {
      throw new ModelFileException(path, key, (value & 0xFF) + "; expected a flag, 0 or 1");
    }
    return Optional.of(value == 1);
  }

  public boolean requiredFlag(String key) {
    return flag(key).orElseThrow(() -> missing(key, "a flag"));
  }

  /// An array of strings. The list decodes a string at each access and holds on to none.
  public Optional<List<String>> strings(String key) {
    Entry entry = entry(key, true, "an array of strings", GgufType.STRING);
    return entry == null
        ? Optional.empty()
        : Optional.of(new MappedStrings(path, key, header, entry.position(), entry.count()));
  }

  public List<String> requiredStrings(String key) {
    return strings(key).orElseThrow(() -> missing(key, "an array of strings"));
  }

  /// An array of integers of any width.
  public Optional<long[]> integers(String key) {
    Entry entry = entry(key, true, "an array of integers", null);
    if (entry == null) {
      return Optional.empty();
    }
    long[] values = new long[entry.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = integerAt(key, entry.type(), entry.position() + i * entry.type().bytes());
    }
    return Optional.of(values);
  }

  public long[] requiredIntegers(String key) {
    return integers(key).orElseThrow(() -> missing(key, "an array of integers"));
  }

  /// An array of numbers.
  public Optional<double[]> numbers(String key) {
    Entry entry = entry(key, true, "an array of numbers", null);
    if (entry == null) {
      return Optional.empty();
    }
    double[] values = new double[entry.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numberAt(key, entry.type(), entry.position() + i * entry.type().bytes());
    }
    return Optional.of(values);
  }

  /// All tensors by name, in the file's order.
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  public Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  public TensorInfo requiredTensor(String name) {
    return tensor(name).orElseThrow(() -> missing(name, "a tensor"));
  }

  /// The bytes of one of this file's tensors, read-only and valid until [#close].
  public MemorySegment data(TensorInfo tensor) {
    return file.asSlice(tensor.offset(), tensor.bytes());
  }

  @Override
  public void close() {
    arena.close();
  }

  /// @param type the type that the value must have; null when the caller looks itself
  private @Nullable Entry entry(
      String key, boolean array, String expected, @Nullable GgufType type) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return null;
    }
    if (entry.isArray() != array || (type != null && entry.type() != type)) {
      throw new ModelFileException(
          path,
          key,
          (entry.isArray() ? "an array of " : "") + entry.type() + "; expected " + expected);
    }
    return entry;
  }

  private long integerAt(String key, GgufType type, int position) {
    return switch (type) {
      case U8 -> header.get(position) & 0xFFL;
      case I8 -> header.get(position);
      case U16 -> header.getShort(position) & 0xFFFFL;
      case I16 -> header.getShort(position);
      case U32 -> header.getInt(position) & 0xFFFF_FFFFL;
      case I32 -> header.getInt(position);
      case I64 -> header.getLong(position);
      case U64 -> {
        long value = header.getLong(position);
        if (value < 0) {
          throw new ModelFileException(
              path, key, Long.toUnsignedString(value) + "; expected less than 2^63");
        }
        yield value;
      }
      case F32, F64, BOOL, STRING, ARRAY ->
          throw new ModelFileException(path, key, type + "; expected an integer");
    };
  }

  private double numberAt(String key, GgufType type, int position) {
    return switch (type) {
      case F32 -> header.getFloat(position);
      case F64 -> header.getDouble(position);
      case U8, I8, U16, I16, U32, I32, U64, I64 -> integerAt(key, type, position);
      case BOOL, STRING, ARRAY ->
          throw new ModelFileException(path, key, type + "; expected a number");
    };
  }

  private String text(String key, int position) {
    int length = (int) header.getLong(position);
    String text = HeaderReader.decode(header, position + Long.BYTES, length);
    if (text == null) {
      throw new ModelFileException(path, key, HeaderReader.NOT_TEXT);
    }
    return text;
  }

  private ModelFileException missing(String key, String expected) {
    return new ModelFileException(path, key, "is missing; expected " + expected);
  }
}
