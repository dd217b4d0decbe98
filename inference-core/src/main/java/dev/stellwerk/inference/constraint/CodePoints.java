package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.List;

/// A set of code points as sorted, disjoint ranges.
record CodePoints(List<Range> ranges) {
  static final int MAX = 0x10ffff;

  /// @param to inclusive
  record Range(int from, int to) {}

  static final CodePoints ANY = of(0, MAX);
  static final CodePoints DIGIT = of('0', '9');
  static final CodePoints WORD = of('0', '9').or(of('A', 'Z')).or(of('_', '_')).or(of('a', 'z'));

  /// What every dialect of regular expressions calls white space.
  static final CodePoints SPACE = of(9, 13).or(of(0x20, 0x20));

  /// What some dialect calls white space, ECMAScript's being the widest.
  static final CodePoints WIDE_SPACE =
      of(9, 13)
          .or(of(0x20, 0x20))
          .or(of(0xa0, 0xa0))
          .or(of(0x1680, 0x1680))
          .or(of(0x2000, 0x200a))
          .or(of(0x2028, 0x2029))
          .or(of(0x202f, 0x202f))
          .or(of(0x205f, 0x205f))
          .or(of(0x3000, 0x3000))
          .or(of(0xfeff, 0xfeff));

  /// What ECMAScript's `.` does not match.
  static final CodePoints ECMA_LINE_ENDS = of('\n', '\n').or(of('\r', '\r')).or(of(0x2028, 0x2029));

  /// With U+0085, which Java's `.` does not match either.
  static final CodePoints LINE_ENDS =
      of('\n', '\n').or(of('\r', '\r')).or(of(0x85, 0x85)).or(of(0x2028, 0x2029));

  /// Control characters; left out of sets that are defined by what they exclude.
  static final CodePoints CONTROL = of(0, 0x1f);

  CodePoints {
    ranges = List.copyOf(ranges);
  }

  static CodePoints of(int from, int to) {
    return new CodePoints(List.of(new Range(from, to)));
  }

  CodePoints or(CodePoints other) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(other.ranges);
    all.sort((a, b) -> Integer.compare(a.from, b.from));
    List<Range> merged = new ArrayList<>();
    for (Range range : all) {
      Range last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && range.from <= last.to + 1) {
        merged.set(merged.size() - 1, new Range(last.from, Math.max(last.to, range.to)));
      } else {
        merged.add(range);
      }
    }
    return new CodePoints(merged);
  }

  /// Everything else.
  CodePoints not() {
    List<Range> rest = new ArrayList<>();
    int from = 0;
    for (Range range : ranges) {
      if (from < range.from) {
        rest.add(new Range(from, range.from - 1));
      }
      from = range.to + 1;
    }
    if (from <= MAX) {
      rest.add(new Range(from, MAX));
    }
    return new CodePoints(rest);
  }

  /// Everything else except control characters.
  CodePoints notNorControl() {
    return or(CONTROL).not();
  }
}
