package dev.stellwerk.inference.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A cursor over the header that checks every step against what remains.
///
/// A byte buffer rather than a segment: its accessors need no method handles, which matters to the
/// start-up of a command-line tool.
final class HeaderReader {
  static final String NOT_TEXT = "expected UTF-8 text";

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

  /// A string that names something: the field is called `what` and the number `index`.
  String name(String what, int index, int bytesMax) {
    long length = header.remaining() < Long.BYTES ? -1 : header.getLong(header.position());
    if (length < 0 || length > bytesMax || length > header.remaining() - Long.BYTES) {
      count(what + " " + index, bytesMax, 1); // throws, with the reason
    }
    String text = decode(header, header.position() + Long.BYTES, (int) length);
    if (text == null) {
      throw problem(what + " " + index, NOT_TEXT);
    }
    header.position(header.position() + Long.BYTES + (int) length);
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

  /// Strict UTF-8, or null. The lenient decoder of the JDK is much faster when cold, and can only
  /// be wrong where it produced a replacement character.
  static @Nullable String decode(ByteBuffer from, int position, int length) {
    byte[] bytes = new byte[length];
    from.get(position, bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      } catch (CharacterCodingException e) {
        return null;
      }
    }
    return text;
  }
}
