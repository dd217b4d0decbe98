package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The Java Vector API over off-heap memory: lanes are loaded from and stored to absolute
/// addresses, never to heap arrays.
///
/// All kernels of this package go through these few operations. Each is one machine instruction, or
/// few, once C2 has compiled its caller; each is small enough to be inlined, for a vector that
/// crosses a call is boxed. For the same reason operations are called on a vector that was just
/// made, with the one that a loop carries as their argument: compiled early, C2 knows the class of
/// the first only. There is no sum across lanes: its order differs between interpreted and compiled
/// code, so kernels are laid out to need none, and every result has the same bits before and after
/// compilation.
final class Lanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /// Floats in a vector: 16 with AVX-512, 8 with AVX2, 4 with SSE and NEON.
  static final int COUNT = FLOATS.length();

  static final int BYTES = COUNT * Float.BYTES;

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(FLOATS.vectorBitSize()));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize()));

  /// As many shorts as a vector has floats.
  private static final VectorSpecies<Short> PACKED_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /// Twice as many bytes as a vector has floats.
  private static final VectorSpecies<Byte> PACKED_PAIRS =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

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

  /// Half-precision numbers as floats, exactly: their bits, moved to where a float has them, are
  /// the number times 2^-112. Infinities and NaN do not occur in weights, and become large numbers.
  static FloatVector halves(long address) {
    return shorts(address)
        .lanewise(VectorOperators.LSHL, 13)
        .and(0x8FFF_E000)
        .reinterpretAsFloats()
        .mul(0x1p112f);
  }

  /// Upper halves of floats.
  static FloatVector upperHalves(long address) {
    return shorts(address).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static IntVector shorts(long address) {
    return (IntVector)
        ShortVector.fromMemorySegment(PACKED_SHORTS, Memory.ALL, address, ORDER)
            .convertShape(VectorOperators.S2I, INTS, 0);
  }

  // A vector of pairs: twice as many shorts as there are floats, lane i of two being lane i of a
  // float vector.

  /// Signed bytes, two a lane.
  static ShortVector pairs(long address) {
    return (ShortVector)
        ByteVector.fromMemorySegment(PACKED_PAIRS, Memory.ALL, address, ORDER)
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  /// Bytes without a sign, two a lane.
  static ShortVector unsignedPairs(long address) {
    return (ShortVector)
        ByteVector.fromMemorySegment(PACKED_PAIRS, Memory.ALL, address, ORDER)
            .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
  }

  static ShortVector zeroShorts() {
    return ShortVector.zero(SHORTS);
  }

  /// Sixteen numbers, and again up to the last lane.
  static ShortVector table(IntUnaryOperator numbers) {
    short[] lanes = new short[SHORTS.length()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = (short) numbers.applyAsInt(i % 16);
    }
    return ShortVector.fromArray(SHORTS, lanes, 0);
  }

  /// Two shorts in all lanes.
  static ShortVector broadcastPair(long address) {
    return IntVector.broadcast(INTS, Memory.getInt(address)).reinterpretAsShorts();
  }

  static IntVector zeroInts() {
    return IntVector.zero(INTS);
  }

  /// The first of each lane's two shorts.
  static IntVector first(ShortVector pairs) {
    return pairs
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .lanewise(VectorOperators.ASHR, 16);
  }

  /// The second of each lane's two shorts.
  static IntVector second(ShortVector pairs) {
    return pairs.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16);
  }

  static FloatVector floats(IntVector ints) {
    return (FloatVector) ints.convertShape(VectorOperators.I2F, FLOATS, 0);
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
