package dev.stellwerk.inference.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Where everything lies in the header of a valid GGUF file; written apart from the reader that it
/// helps to test.
final class GgufShape {
  /// What a few bytes mean.
  enum Kind {
    COUNT,
    LENGTH,
    TYPE,
    VALUE,
    RANK,
    DIMENSION,
    ELEMENT,
    OFFSET,
    TEXT
  }

  /// A number, or a text, of the header.
  record Field(Kind kind, int position, int width) {}

  /// A whole metadata entry or tensor entry.
  record Span(int from, int to) {}

  private static final int STRING = 8;
  private static final int ARRAY = 9;

  final List<Field> fields = new ArrayList<>();
  final List<Span> spans = new ArrayList<>();
  private final ByteBuffer in;

  GgufShape(byte[] file) {
    in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    number(Kind.VALUE, 4);
    number(Kind.VALUE, 4);
    long tensors = number(Kind.COUNT, 8);
    long entries = number(Kind.COUNT, 8);
    for (long i = 0; i < entries; i++) {
      int from = in.position();
      text();
      value((int) number(Kind.TYPE, 4));
      spans.add(new Span(from, in.position()));
    }
    for (long i = 0; i < tensors; i++) {
      int from = in.position();
      text();
      long rank = number(Kind.RANK, 4);
      for (long dim = 0; dim < rank; dim++) {
        number(Kind.DIMENSION, 8);
      }
      number(Kind.ELEMENT, 4);
      number(Kind.OFFSET, 8);
      spans.add(new Span(from, in.position()));
    }
  }

  int headerBytes() {
    return in.position();
  }

  private void value(int type) {
    if (type == ARRAY) {
      int element = (int) number(Kind.TYPE, 4);
      long count = number(Kind.COUNT, 8);
      for (long i = 0; i < count; i++) {
        value(element);
      }
    } else if (type == STRING) {
      text();
    } else {
      number(Kind.VALUE, width(type));
    }
  }

  private void text() {
    int length = (int) number(Kind.LENGTH, 8);
    fields.add(new Field(Kind.TEXT, in.position(), length));
    in.position(in.position() + length);
  }

  private long number(Kind kind, int width) {
    fields.add(new Field(kind, in.position(), width));
    return switch (width) {
      case 1 -> in.get();
      case 2 -> in.getShort();
      case 4 -> in.getInt();
      default -> in.getLong();
    };
  }

  private static int width(int type) {
    return switch (type) {
      case 0, 1, 7 -> 1;
      case 2, 3 -> 2;
      case 10, 11, 12 -> 8;
      default -> 4;
    };
  }
}
