package dev.stellwerk.inference.format;

import dev.stellwerk.inference.format.GgufHeader.Entry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A GGUF file (version 2 or 3, little-endian), or all files of a split model, mapped into memory.
///
/// [#open] reads and checks the whole header; values stay in the file and are decoded when asked
/// for. Nothing here allocates more than 64 MiB a file, whatever the header says. Safe for use by
/// many threads. Closing unmaps the files: segments from [#data] die with it.
///
/// Accessors return empty for an absent key, and throw [ModelFileException] for a value of another
/// type; the `required` ones throw for both. The metadata of a split model is that of its first
/// file.
public final class Gguf implements AutoCloseable {
  private final Path path;
  private final @Nullable Arena arena;
  private final List<GgufPart> parts;
  private final ByteBuffer header;
  private final Map<String, Entry> entries;
  private final Map<String, TensorInfo> tensors;

  private Gguf(@Nullable Arena arena, List<GgufPart> parts, Map<String, TensorInfo> tensors) {
    GgufPart first = parts.getFirst();
    this.path = first.path();
    this.arena = arena;
    this.parts = List.copyOf(parts);
    this.header = first.header();
    this.entries = first.entries();
    this.tensors = tensors;
  }

  /// Maps a file, or all files of a split model given any of them, and checks the headers.
  ///
  /// @throws ModelFileException when a file cannot be read, any part of its header is wrong, or a
  ///   tensor is of a type that nothing here computes with
  public static Gguf open(Path path) {
    Gguf gguf = inspect(path);
    List<UnsupportedTensor> unsupported = gguf.unsupported();
    if (unsupported.isEmpty()) {
      return gguf;
    }
    gguf.close();
    UnsupportedTensor tensor = unsupported.getFirst();
    throw new ModelFileException(path, tensor.name(), tensor.problem());
  }

  /// As [#open], but a file with tensors of types that nothing here computes with opens as well, to
  /// be looked at. [#tensors] leaves them out, [#unsupported] has them.
  public static Gguf inspect(Path path) {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      List<GgufPart> parts = SplitFiles.open(GgufPart.map(path, arena, 0), arena);
      Gguf gguf = new Gguf(arena, parts, SplitFiles.tensors(parts));
      opened = true;
      return gguf;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /// A file's bytes that are in memory already, as one file.
  ///
  /// @param label what messages call it
  public static Gguf of(Path label, MemorySegment bytes) {
    GgufPart part = GgufPart.of(label, bytes, 0);
    return new Gguf(null, List.of(part), part.tensors());
  }

  /// Part of a model that is still being put together.
  static Gguf of(GgufPart part) {
    return new Gguf(null, List.of(part), part.tensors());
  }

  /// The first or only file.
  public Path path() {
    return path;
  }

  /// All files, in order.
  public List<Path> paths() {
    return parts.stream().map(GgufPart::path).toList();
  }

  /// The size of all files together, in bytes.
  public long bytes() {
    return parts.stream().mapToLong(GgufPart::bytes).sum();
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

  /// Tensors of element types that nothing here computes with; none after [#open].
  public List<UnsupportedTensor> unsupported() {
    return parts.stream().flatMap(part -> part.unsupported().stream()).toList();
  }

  /// The bytes of one of this model's tensors, read-only and valid until [#close].
  ///
  /// @throws ModelFileException when the file has become shorter since it was opened
  public MemorySegment data(TensorInfo tensor) {
    GgufPart part = parts.get(tensor.part());
    part.checkWhole();
    return part.file().asSlice(tensor.offset(), tensor.bytes());
  }

  /// Does work that reads tensors' bytes. The JVM answers an access behind the end of a file that
  /// has become shorter with an error of its own; here it is a [ModelFileException].
  public <T> T reading(Supplier<T> work) {
    try {
      return work.get();
    } catch (InternalError e) {
      parts.forEach(GgufPart::checkWhole);
      throw e;
    }
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
    }
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
