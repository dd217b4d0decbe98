package dev.stellwerk.mcp.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads lines of bytes that end in `\n`, and never holds more than one line of bounded length.
///
/// A longer line is skipped to its end and reported as [Read#OVERSIZED]: a peer that sends 100 MB
/// without a line break costs time, not memory. A last line without `\n` is half a frame and is not
/// delivered. Not thread-safe.
public final class BoundedLines implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  /// A buffer that one long line grew beyond this is given back after it.
  private static final int KEPT_BYTES_MAX = 1024 * 1024;

  /// What came of looking for the next line.
  public enum Read {
    LINE,
    OVERSIZED,
    END
  }

  private final InputStream in;
  private final int lineBytesMax;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int chunkStart;
  private int chunkEnd;
  private byte[] line = new byte[CHUNK_BYTES];
  private int lineLength;

  public BoundedLines(InputStream in, int lineBytesMax) {
    if (lineBytesMax < 1) {
      throw new IllegalArgumentException("lineBytesMax must be at least 1");
    }
    this.in = in;
    this.lineBytesMax = lineBytesMax;
  }

  /// Moves to the next line and blocks until it is whole, too long, or the stream ends.
  public Read next() throws IOException {
    if (line.length > KEPT_BYTES_MAX) {
      line = new byte[CHUNK_BYTES];
    }
    lineLength = 0;
    boolean oversized = false;
    while (true) {
      if (chunkStart == chunkEnd && !fill()) {
        return Read.END;
      }
      int end = lineEnd();
      oversized |= !append(end);
      chunkStart = end;
      if (end < chunkEnd) {
        chunkStart++;
        return oversized ? Read.OVERSIZED : Read.LINE;
      }
    }
  }

  /// The line's bytes without its end (`\n` or `\r\n`); valid after [Read#LINE].
  public byte[] bytes() {
    boolean carriageReturn = lineLength > 0 && line[lineLength - 1] == '\r';
    return Arrays.copyOf(line, carriageReturn ? lineLength - 1 : lineLength);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    int read = in.read(chunk);
    chunkStart = 0;
    chunkEnd = Math.max(read, 0);
    return read > 0;
  }

  private int lineEnd() {
    int at = chunkStart;
    while (at < chunkEnd && chunk[at] != '\n') {
      at++;
    }
    return at;
  }

  /// Adds the chunk's bytes up to `end` to the line, or says that they do not fit.
  private boolean append(int end) {
    int more = end - chunkStart;
    if (more > lineBytesMax - lineLength) {
      return false;
    }
    if (lineLength + more > line.length) {
      long doubled = Math.max(lineLength + more, 2L * line.length);
      line = Arrays.copyOf(line, (int) Math.min(doubled, lineBytesMax));
    }
    System.arraycopy(chunk, chunkStart, line, lineLength, more);
    lineLength += more;
    return true;
  }
}
