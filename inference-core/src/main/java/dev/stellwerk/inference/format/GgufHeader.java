package dev.stellwerk.inference.format;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.format.GgmlTypes.Layout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads and checks everything before the tensors' data (GGUF specification, versions 2 and 3).
///
/// ```
/// "GGUF" │ u32 version │ u64 tensors │ u64 entries
/// entries: string key │ u32 type │ value
/// tensors: string name │ u32 rank │ u64 dims[rank] │ u32 type │ u64 offset
/// padding to the alignment, then the data
/// ```
final class GgufHeader {
  /// The part of a file that is looked at as a header.
  static final int HEADER_BYTES_MAX = 1 << 30;

  static final int ENTRIES_MAX = 4_096;
  static final int TENSORS_MAX = 32_768;
  static final int KEY_BYTES_MAX = 1_024;
  static final int NAME_BYTES_MAX = 127; // ggml itself stops at 63
  static final int STRING_BYTES_MAX = 4 << 20;
  static final int ARRAY_LENGTH_MAX = 1 << 22;
  static final int RANK_MAX = 4;
  static final int ALIGNMENT_MIN = 8;
  static final int ALIGNMENT_MAX = 1 << 16;
  static final String ALIGNMENT_KEY = "general.alignment";

  private static final int MAGIC = 0x46554747; // "GGUF", little-endian
  private static final int ALIGNMENT_DEFAULT = 32;
  private static final int ENTRY_BYTES_MIN = Long.BYTES + Integer.BYTES + 1;
  private static final int TENSOR_BYTES_MIN = 3 * Long.BYTES + 2 * Integer.BYTES;

  /// A metadata value that stays in the file.
  ///
  /// @param type of the value, or of the array's elements
  /// @param position of the value, or of the array's first element
  /// @param end the position after the value
  /// @param count how many elements an array has; -1 when it is no array
  record Entry(GgufType type, int position, int end, int count) {
    boolean isArray() {
      return count >= 0;
    }
  }

  /// A tensor as the directory has it: its offset counts from the start of the data.
  ///
  /// @param bytes 0 when the type is not known at all
  private record Listed(String name, int typeId, List<Long> dims, long offset, long bytes) {}

  private final HeaderReader in;
  private final ByteBuffer header;
  private final long fileBytes;
  private final int part;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final List<UnsupportedTensor> unsupported = new ArrayList<>();

  /// @param part which file of a split model this is, counted from 0
  GgufHeader(Path file, ByteBuffer header, long fileBytes, int part) {
    this.in = new HeaderReader(file, header);
    this.header = header;
    this.fileBytes = fileBytes;
    this.part = part;
  }

  Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  List<UnsupportedTensor> unsupported() {
    return Collections.unmodifiableList(unsupported);
  }

  void read() {
    if (in.u32("magic") != MAGIC) {
      throw in.problem("magic", "not a GGUF file");
    }
    int version = in.u32("version");
    if (version != 2 && version != 3) {
      boolean swapped = Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3;
      throw in.problem(
          "version",
          (swapped ? "a big-endian file" : Integer.toUnsignedString(version))
              + "; supported: 2 and 3, little-endian");
    }
    int tensorCount = in.count("tensor count", TENSORS_MAX, TENSOR_BYTES_MIN);
    int entryCount = in.count("metadata count", ENTRIES_MAX, ENTRY_BYTES_MIN);
    for (int i = 0; i < entryCount; i++) {
      readEntry(i);
    }
    int alignment = alignment();
    List<Listed> listed = new ArrayList<>(tensorCount);
    for (int i = 0; i < tensorCount; i++) {
      listed.add(readTensor(i, alignment));
    }
    long dataOffset = (in.position() + (alignment - 1L)) & -alignment;
    place(listed, dataOffset);
  }

  private void readEntry(int index) {
    String key = in.name("metadata key", index, KEY_BYTES_MAX);
    GgufType type = type(key);
    int count = -1;
    if (type == GgufType.ARRAY) {
      type = type(key);
      if (type == GgufType.ARRAY) {
        throw in.problem(key, "an array of arrays; expected an array of plain values");
      }
      int bytesMin = type == GgufType.STRING ? Long.BYTES : type.bytes();
      count = in.count(key, ARRAY_LENGTH_MAX, bytesMin);
    }
    int position = in.position();
    skipValues(key, type, count < 0 ? 1 : count);
    if (entries.put(key, new Entry(type, position, in.position(), count)) != null) {
      throw in.problem(key, "occurs twice in the metadata");
    }
  }

  private GgufType type(String key) {
    int id = in.u32(key);
    GgufType type = GgufType.byId(id);
    if (type == null) {
      throw in.problem(key, "value type " + Integer.toUnsignedString(id) + "; expected 0 to 12");
    }
    return type;
  }

  private void skipValues(String key, GgufType type, int values) {
    if (type != GgufType.STRING) {
      in.skip(key, (long) values * type.bytes());
      return;
    }
    for (int i = 0; i < values; i++) {
      in.skip(key, in.count(key, STRING_BYTES_MAX, 1));
    }
  }

  private int alignment() {
    Entry entry = entries.get(ALIGNMENT_KEY);
    if (entry == null) {
      return ALIGNMENT_DEFAULT;
    }
    if (entry.isArray() || entry.type() != GgufType.U32) {
      throw in.problem(ALIGNMENT_KEY, "expected an unsigned 32-bit integer");
    }
    int alignment = header.getInt(entry.position());
    if (alignment < ALIGNMENT_MIN
        || alignment > ALIGNMENT_MAX
        || Integer.bitCount(alignment) != 1) {
      throw in.problem(
          ALIGNMENT_KEY,
          Integer.toUnsignedString(alignment)
              + "; expected a power of two from "
              + ALIGNMENT_MIN
              + " to "
              + ALIGNMENT_MAX);
    }
    return alignment;
  }

  private Listed readTensor(int index, int alignment) {
    String name = in.name("name of tensor", index, NAME_BYTES_MAX);
    int rank = in.u32(name);
    if (rank < 1 || rank > RANK_MAX) {
      throw in.problem(
          name, "rank " + Integer.toUnsignedString(rank) + "; expected 1 to " + RANK_MAX);
    }
    List<Long> dims = new ArrayList<>(rank);
    long elements = 1;
    for (int i = 0; i < rank; i++) {
      long dim = in.u64(name);
      // Elements stay below the bits of the file: an element takes at least one.
      if (dim < 1 || dim > fileBytes * Byte.SIZE / elements) {
        throw in.problem(
            name,
            "dimension " + i + " is " + Long.toUnsignedString(dim) + ", more than the file holds");
      }
      elements *= dim;
      dims.add(dim);
    }
    int typeId = in.u32(name);
    Layout layout = GgmlTypes.layout(typeId);
    if (layout != null && dims.get(0) % layout.blockElements() != 0) {
      throw in.problem(
          name,
          "rows of "
              + dims.get(0)
              + "; expected a multiple of "
              + layout.blockElements()
              + " for "
              + layout.name());
    }
    long bytes = layout == null ? 0 : elements / layout.blockElements() * layout.blockBytes();
    long offset = in.u64(name);
    if (offset < 0 || offset > fileBytes || offset % alignment != 0) {
      throw in.problem(
          name,
          "offset "
              + Long.toUnsignedString(offset)
              + "; expected a multiple of "
              + alignment
              + " inside the file of "
              + fileBytes
              + " bytes");
    }
    return new Listed(name, typeId, dims, offset, bytes);
  }

  /// Makes offsets absolute and refuses tensors that leave the file or overlap.
  private void place(List<Listed> listed, long dataOffset) {
    Set<String> names = HashSet.newHashSet(listed.size());
    for (Listed tensor : listed) {
      long start = dataOffset + tensor.offset();
      if (tensor.bytes() > fileBytes - start) {
        throw in.problem(
            tensor.name(),
            "needs "
                + tensor.bytes()
                + " bytes from byte "
                + start
                + ", the file has "
                + fileBytes);
      }
      if (!names.add(tensor.name())) {
        throw in.problem(tensor.name(), "occurs twice among the tensors");
      }
      add(tensor, start);
    }
    listed.sort(Comparator.comparingLong(Listed::offset));
    for (int i = 1; i < listed.size(); i++) {
      Listed before = listed.get(i - 1);
      Listed here = listed.get(i);
      if (before.offset() + before.bytes() > here.offset()) {
        throw in.problem(
            here.name(), "overlaps tensor " + ModelFileException.printable(before.name()));
      }
    }
  }

  private void add(Listed tensor, long start) {
    DType.byId(tensor.typeId())
        .ifPresentOrElse(
            type ->
                tensors.put(
                    tensor.name(),
                    new TensorInfo(
                        tensor.name(), type, tensor.dims(), part, start, tensor.bytes())),
            () ->
                unsupported.add(
                    new UnsupportedTensor(
                        tensor.name(),
                        GgmlTypes.name(tensor.typeId()),
                        tensor.typeId(),
                        tensor.dims(),
                        tensor.bytes())));
  }
}
