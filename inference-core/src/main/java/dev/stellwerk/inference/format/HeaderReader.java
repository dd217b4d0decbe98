package dev.stellwerk.inference.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A cursor over the header that checks every step against what remains.
///
/// A byte buffer rather than a segment: its accessors need no method handles, which matters to the
/// start-up of a command-line tool.
final class HeaderReader {
  private final Path file;
  private final ByteBuffer header;

  /// @param header little-endian; its limit is the end of what may be read
  HeaderReader(Path file, ByteBuffer header) {
    this.file = file;
    this.header = header;
  }

  int position() {
    return header.position();
  }

  int u32(String field) {
    need(field, Integer.BYTES);
    return header.getInt();
  }

  long u64(String field) {
    need(field, Long.BYTES);
    return header.getLong();
  }

  /// A count or a length: at most `max`, and no more than the rest of the header can hold.
  ///
  /// @param itemBytesMin the least bytes that one counted item takes
  int count(String field, long max, int itemBytesMin) {
    long count = u64(field);
    long holds = header.remaining() / itemBytesMin;
    if (count < 0 || count > holds) {
      throw problem(
          field,
          Long.toUnsignedString(count) + ", but the rest of the file holds at most " + holds);
    }
    if (count > max) {
      throw problem(field, count + " is above the limit of " + max);
    }
    return (int) count;
  }

  String string(String field, int bytesMax) {
    int length = count(field, bytesMax, 1);
    String text = decode(file, field, header, header.position(), length);
    skip(field, length);
    return text;
  }

  void skip(String field, long bytes) {
    need(field, bytes);
    header.position(header.position() + (int) bytes);
  }

  private void need(String field, long bytes) {
    if (bytes > header.remaining()) {
      throw problem(
          field,
          "the file ends at byte "
              + header.limit()
              + ", expected "
              + bytes
              + " more from byte "
              + header.position());
    }
  }

  ModelFileException problem(String field, String problem) {
    return new ModelFileException(file, field, problem);
  }

  /// Strict UTF-8. The lenient decoder of the JDK is much faster when cold, and can only be wrong
  /// where it produced a replacement character.
  static String decode(Path file, String field, ByteBuffer from, int position, int length) {
    byte[] bytes = new byte[length];
    from.get(position, bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') < 0) {
      return text;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return text;
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file, field, "expected UTF-8 text", e);
    }
  }
}
