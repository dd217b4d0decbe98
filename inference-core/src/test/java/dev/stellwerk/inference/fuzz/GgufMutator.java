package dev.stellwerk.inference.fuzz;

import dev.stellwerk.inference.fuzz.GgufShape.Field;
import dev.stellwerk.inference.fuzz.GgufShape.Kind;
import dev.stellwerk.inference.fuzz.GgufShape.Span;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Makes broken GGUF files out of whole ones, knowing where their numbers and texts are.
final class GgufMutator {
  private static final long[] EVIL = {
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    12,
    13,
    31,
    32,
    33,
    64,
    127,
    128,
    255,
    256,
    4_096,
    65_535,
    65_536,
    1 << 20,
    1 << 22,
    1 << 24,
    Integer.MAX_VALUE,
    0x8000_0000L,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -8,
    -32,
    -34
  };

  private final List<byte[]> bases;
  private final List<GgufShape> shapes;

  GgufMutator(List<byte[]> bases) {
    this.bases = List.copyOf(bases);
    this.shapes = bases.stream().map(GgufShape::new).toList();
  }

  byte[] mutant(SplittableRandom random) {
    int base = random.nextInt(bases.size());
    GgufShape shape = shapes.get(base);
    byte[] bytes = bases.get(base).clone();
    int kind = random.nextInt(16);
    if (kind == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    if (kind == 1) {
      return splice(bytes, shape, random);
    }
    if (kind == 2) {
      return withoutOrTwice(bytes, shape, random);
    }
    for (int changes = 1 + random.nextInt(kind < 11 ? 1 : 5); changes > 0; changes--) {
      change(bytes, shape, random);
    }
    return kind == 3 ? Arrays.copyOf(bytes, random.nextInt(24, bytes.length)) : bytes;
  }

  private static void change(byte[] bytes, GgufShape shape, SplittableRandom random) {
    if (random.nextInt(8) == 0) {
      int at = random.nextInt(shape.headerBytes());
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      return;
    }
    Field field = shape.fields.get(random.nextInt(shape.fields.size()));
    if (field.kind() == Kind.TEXT) {
      text(bytes, field, random);
    } else {
      put(bytes, field, number(bytes, field, random));
    }
  }

  private static void text(byte[] bytes, Field field, SplittableRandom random) {
    if (field.width() == 0) {
      return;
    }
    int at = field.position() + random.nextInt(field.width());
    bytes[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(32, 127));
  }

  private static long number(byte[] bytes, Field field, SplittableRandom random) {
    long now = get(bytes, field);
    return switch (random.nextInt(6)) {
      case 0 -> EVIL[random.nextInt(EVIL.length)];
      case 1 -> now + random.nextInt(-2, 3);
      case 2 -> now * 2;
      case 3 -> now ^ 1L << random.nextInt(8 * field.width());
      case 4 ->
          switch (field.kind()) {
            case TYPE -> random.nextInt(14);
            case ELEMENT -> random.nextInt(44);
            case RANK -> random.nextInt(6);
            case OFFSET -> now + 32L * random.nextInt(-8, 9);
            default -> random.nextInt(1 << 12);
          };
      default -> random.nextLong();
    };
  }

  /// The front of one file and the end of another, cut where entries begin.
  private byte[] splice(byte[] bytes, GgufShape shape, SplittableRandom random) {
    int other = random.nextInt(bases.size());
    Span cut = shape.spans.get(random.nextInt(shape.spans.size()));
    List<Span> spans = shapes.get(other).spans;
    Span rest = spans.get(random.nextInt(spans.size()));
    byte[] tail = bases.get(other);
    byte[] out = Arrays.copyOf(bytes, cut.from() + tail.length - rest.from());
    System.arraycopy(tail, rest.from(), out, cut.from(), tail.length - rest.from());
    return out;
  }

  /// Entries left out or repeated, with or without the counts being told.
  private static byte[] withoutOrTwice(byte[] bytes, GgufShape shape, SplittableRandom random) {
    List<Span> order = new ArrayList<>(shape.spans);
    int at = random.nextInt(order.size());
    boolean tensor = at >= order.size() - get(bytes, shape.fields.get(2));
    boolean twice = random.nextBoolean();
    Span span = order.get(at);
    int length = span.to() - span.from();
    byte[] out = new byte[bytes.length + (twice ? length : -length)];
    int head = twice ? span.to() : span.from();
    System.arraycopy(bytes, 0, out, 0, head);
    if (twice) {
      System.arraycopy(bytes, span.from(), out, head, length);
    }
    int to = twice ? head + length : head;
    System.arraycopy(bytes, span.to(), out, to, bytes.length - span.to());
    if (random.nextInt(4) != 0) {
      Field count = shape.fields.get(tensor ? 2 : 3);
      put(out, count, get(out, count) + (twice ? 1 : -1));
    }
    return out;
  }

  private static long get(byte[] bytes, Field field) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (field.width()) {
      case 1 -> buffer.get(field.position());
      case 2 -> buffer.getShort(field.position());
      case 4 -> buffer.getInt(field.position());
      default -> buffer.getLong(field.position());
    };
  }

  private static void put(byte[] bytes, Field field, long value) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (field.width()) {
      case 1 -> buffer.put(field.position(), (byte) value);
      case 2 -> buffer.putShort(field.position(), (short) value);
      case 4 -> buffer.putInt(field.position(), (int) value);
      default -> buffer.putLong(field.position(), value);
    }
  }
}
