package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// Computes the rotations of a batch's positions once, for all layers and heads.
final class Rope {
  private final double[] frequencies;
  private final double magnitude;

  /// @param divisors f32 `[width / 2]`: by what each pair is slowed besides; null for nothing
  Rope(RopeSpec spec, int width, @Nullable Buffer divisors) {
    this.frequencies = new double[width / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      double divisor = divisors == null ? 1.0 : Memory.getFloat(divisors.address() + 4L * pair);
      frequencies[pair] = spec.frequency(pair, width) / divisor;
    }
    this.magnitude = spec.magnitude();
  }

  /// Writes cosine and sine of each pair.
  ///
  /// @param out [batch, rope width]
  void angles(Batch batch, Rows out) {
    for (int t = 0; t < batch.size(); t++) {
      long row = out.address(t);
      int position = batch.position(t);
      for (int pair = 0; pair < frequencies.length; pair++) {
        double angle = position * frequencies[pair];
        Memory.putFloat(row + 8L * pair, (float) (Math.cos(angle) * magnitude));
        Memory.putFloat(row + 8L * pair + 4, (float) (Math.sin(angle) * magnitude));
      }
    }
  }
}
