package dev.stellwerk.inference.format;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.RandomAccess;

/// An array of strings that stays in the mapped file; each access decodes one.
///
/// ```
/// position ─▶ u64 length │ bytes │ u64 length │ bytes │ ...
/// ```
final class MappedStrings extends AbstractList<String> implements RandomAccess {
  private final Path file;
  private final String key;
  private final ByteBuffer header;
  private final int[] positions; // of the length before each string

  /// @param position of the first string; the caller has checked that all of them lie in the file
  MappedStrings(Path file, String key, ByteBuffer header, int position, int count) {
    this.file = file;
    this.key = key;
    this.header = header;
    this.positions = new int[count];
    int at = position;
    for (int i = 0; i < count; i++) {
      positions[i] = at;
      at += Long.BYTES + (int) header.getLong(at);
    }
  }

  @Override
  public String get(int index) {
    int at = positions[index];
    int length = (int) header.getLong(at);
    String text = HeaderReader.decode(header, at + Long.BYTES, length);
    if (text == null) {
      throw new ModelFileException(file, key + "[" + index + "]", HeaderReader.NOT_TEXT);
    }
    return text;
  }

  @Override
  public int size() {
    return positions.length;
  }
}
