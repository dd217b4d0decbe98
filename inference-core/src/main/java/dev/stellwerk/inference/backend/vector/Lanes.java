package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The Java Vector API over off-heap memory: lanes are loaded from and stored to absolute
/// addresses, never to heap arrays.
///
/// All kernels of this package go through these few operations. Each is one machine instruction, or
/// few, once C2 has compiled its caller; each is small enough to be inlined, for a vector that
/// crosses a call is boxed. There is no sum across lanes: its order differs between interpreted and
/// compiled code, so kernels are laid out to need none, and every result has the same bits before
/// and after compilation.
final class Lanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /// Floats in a vector: 16 with AVX-512, 8 with AVX2, 4 with SSE and NEON.
  static final int COUNT = FLOATS.length();

  static final int BYTES = COUNT * Float.BYTES;

  /// As many bytes as a vector has floats.
  private static final VectorSpecies<Byte> PACKED =
      COUNT == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(FLOATS.vectorBitSize()));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final float LOG2_E = (float) 1.4426950408889634;
  private static final float LN2_HIGH = 0x1.63p-1f;
  private static final float LN2_LOW = (float) -2.12194440e-4;
  private static final float ROUND = 0x1.8p23f;

  private Lanes() {}

  /// Whether the processor has vectors that this package is written for.
  static boolean supported() {
    return COUNT == 16 || COUNT == 8;
  }

  static FloatVector zero() {
    return FloatVector.zero(FLOATS);
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, Memory.ALL, address, ORDER);
  }

  static void store(FloatVector vector, long address) {
    vector.intoMemorySegment(Memory.ALL, address, ORDER);
  }

  /// One float in all lanes.
  static FloatVector broadcast(long address) {
    return FloatVector.broadcast(FLOATS, Memory.getFloat(address));
  }

  static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /// Signed bytes as floats.
  static FloatVector bytes(long address) {
    return (FloatVector)
        ByteVector.fromMemorySegment(PACKED, Memory.ALL, address, ORDER)
            .convertShape(VectorOperators.B2F, FLOATS, 0);
  }

  /// Four bits of each byte as floats.
  ///
  /// @param shift 0 for the low four, 4 for the high four
  static FloatVector nibbles(long address, int shift) {
    IntVector pairs =
        (IntVector)
            ByteVector.fromMemorySegment(PACKED, Memory.ALL, address, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
    return (FloatVector)
        pairs
            .lanewise(VectorOperators.LSHR, shift)
            .and(15)
            .convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  /// e^x by the method of [FastMath#exp], for x up to 88; 0 below its `EXP_MIN`, where the steps
  /// before the last one may well yield nonsense.
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(broadcast(LOG2_E), broadcast(ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
    FloatVector p = broadcast((float) 1.9875691500e-4);
    p = p.fma(r, broadcast((float) 1.3981999507e-3));
    p = p.fma(r, broadcast((float) 8.3334519073e-3));
    p = p.fma(r, broadcast((float) 4.1665795894e-2));
    p = p.fma(r, broadcast((float) 1.6666665459e-1));
    p = p.fma(r, broadcast((float) 5.0000001201e-1));
    p = p.fma(r.mul(r), r.add(1f));
    IntVector power = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND) - 127);
    FloatVector scale = power.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    return p.mul(scale).blend(0f, x.compare(VectorOperators.LT, FastMath.EXP_MIN));
  }
}
