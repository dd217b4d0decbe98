package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.getShort;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.quant.Int8Row;
import dev.stellwerk.inference.backend.quant.WeightBlock;

/// Products of a matrix with one token, and rows of a table, as the definitions say them: what
/// other backends must compute to the bit.
///
/// Quantised weights meet activations that are rounded ([Int8Row]). F32, F16 and BF16 weights meet
/// activations as they are, in one chain of fused multiply-adds over the columns in rising order.
final class Products implements AutoCloseable {
  private final Scratch scratch = new Scratch();
  private final WeightBlock block = new WeightBlock();

  /// `y = w[index] · x`.
  void multiply(Matrix w, int index, long x, long y) {
    long input = x;
    if (w.type().quantised()) {
      input = scratch.address(Int8Row.bytes(w.columns()));
      Int8Row.quantise(x, w.columns(), input, /* withFloats= */ false);
    }
    for (int r = 0; r < w.rows(); r++) {
      long row = row(w, index, r);
      putFloat(y + 4L * r, w.type().quantised() ? exact(w, row, input) : chain(w, row, input));
    }
  }

  private static float chain(Matrix w, long row, long x) {
    float sum = 0f;
    for (int i = 0; i < w.columns(); i++) {
      sum = Math.fma(real(w.type(), row, i), getFloat(x + 4L * i), sum);
    }
    return sum;
  }

  private float exact(Matrix w, long row, long x) {
    int columns = w.columns();
    int step = w.type().scaleColumns();
    long minimumSums = x + (step == 32 ? Int8Row.sums(columns) : Int8Row.halfSums(columns));
    float a = 0f;
    float b = 0f;
    for (int column = 0; column < columns; column += step) {
      if (column % WeightBlock.COLUMNS == 0) {
        block.read(w.type(), row, column / WeightBlock.COLUMNS);
      }
      int from = column % WeightBlock.COLUMNS;
      int dot = 0;
      for (int i = 0; i < step; i++) {
        dot += block.code(from + i) * getShort(x + 2L * (column + i));
      }
      int half = from / WeightBlock.HALF;
      float scale = getFloat(x + Int8Row.scales(columns) + 4L * (column / WeightBlock.COLUMNS));
      a = Math.fma(block.scale(half) * scale, dot, a);
      if (w.type().hasMinimum()) {
        b = Math.fma(block.minimum(half), getFloat(minimumSums + 4L * (column / step)), b);
      }
    }
    return w.type().hasMinimum() ? a - b : a;
  }

  /// Expands a row to F32.
  void expand(Matrix table, int index, long out) {
    long row = row(table, 0, index);
    for (int i = 0; i < table.columns(); i++) {
      if (!table.type().quantised()) {
        putFloat(out + 4L * i, real(table.type(), row, i));
        continue;
      }
      if (i % WeightBlock.COLUMNS == 0) {
        block.read(table.type(), row, i / WeightBlock.COLUMNS);
      }
      putFloat(out + 4L * i, block.element(i % WeightBlock.COLUMNS));
    }
  }

  private static long row(Matrix w, int index, int row) {
    return w.address(index) + row * w.type().bytes(w.columns());
  }

  /// An element of a type without blocks.
  private static float real(DType type, long row, int i) {
    return switch (type) {
      case F32 -> getFloat(row + 4L * i);
      case F16 -> getHalf(row + 2L * i);
      case BF16 -> Float.intBitsToFloat(getShort(row + 2L * i) << 16);
      default -> throw new IllegalArgumentException(type + " has blocks");
    };
  }

  @Override
  public void close() {
    scratch.close();
  }
}
