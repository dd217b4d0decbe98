package dev.stellwerk.inference.backend;

/// A matrix of activations: rows of F32, one a token, at a fixed distance from each other.
///
/// ```
/// address          stride floats
/// | width floats | padding |
/// | width floats | padding |   ... count rows
/// ```
public final class Rows {
  /// Rows start at multiples of this many floats, a cache line.
  private static final int ALIGNMENT = 16;

  private final long address;
  private final int count;
  private final int stride;
  private final int width;

  private Rows(long address, int count, int stride, int width) {
    this.address = address;
    this.count = count;
    this.stride = stride;
    this.width = width;
  }

  /// New rows, filled with zeros.
  public static Rows allocate(Backend backend, int count, int width) {
    int stride = (width + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Buffer buffer = backend.allocate((long) count * stride * Float.BYTES);
    return new Rows(buffer.address(), count, stride, width);
  }

  /// A view of some columns of these rows.
  public Rows columns(int from, int columns) {
    if (from < 0 || columns < 1 || from + columns > width) {
      throw new IllegalArgumentException("columns " + from + "+" + columns + " of " + width);
    }
    return new Rows(address + (long) from * Float.BYTES, count, stride, columns);
  }

  /// A view of the rows from `from` to `to`.
  public Rows rows(int from, int to) {
    if (from < 0 || to < from || to > count) {
      throw new IllegalArgumentException("rows " + from + ".." + to + " of " + count);
    }
    return new Rows(address(from), to - from, stride, width);
  }

  /// Where a row starts.
  public long address(int row) {
    return address + (long) row * stride * Float.BYTES;
  }

  public int count() {
    return count;
  }

  /// The distance between rows, in floats.
  public int stride() {
    return stride;
  }

  /// The distance between rows, in bytes.
  public long strideBytes() {
    return (long) stride * Float.BYTES;
  }

  public int width() {
    return width;
  }
}
