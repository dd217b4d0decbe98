package dev.stellwerk.inference.format;

import org.jspecify.annotations.Nullable;

/// The types of metadata values; ids of `gguf_metadata_value_type` in the GGUF specification.
enum GgufType {
  U8(0, 1),
  I8(1, 1),
  U16(2, 2),
  I16(3, 2),
  U32(4, 4),
  I32(5, 4),
  F32(6, 4),
  BOOL(7, 1),
  STRING(8, 0),
  ARRAY(9, 0),
  U64(10, 8),
  I64(11, 8),
  F64(12, 8);

  private final int id;
  private final int bytes;

  GgufType(int id, int bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  int id() {
    return id;
  }

  /// The width of one value; 0 for the two kinds that say their own length.
  int bytes() {
    return bytes;
  }

  static @Nullable GgufType byId(int id) {
    for (GgufType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }
}
