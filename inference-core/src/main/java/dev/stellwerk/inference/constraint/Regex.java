package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.List;

/// ECMAScript regular expressions, as `pattern` uses them, parsed to a tree.
///
/// Supported: alternatives, groups (captures do not matter), classes, `.`, `\d \w \s` and their
/// opposites, character escapes, quantifiers (lazy ones match the same texts), and anchors at the
/// ends of alternatives. Not supported, and refused: look-around, references back, word borders,
/// Unicode properties, anchors in the middle.
sealed interface Regex {
  /// One code point of a set.
  record Chars(CodePoints set) implements Regex {}

  record Sequence(List<Regex> parts) implements Regex {}

  record Choice(List<Regex> alternatives) implements Regex {}

  /// A part repeated.
  ///
  /// @param most [#UNBOUNDED] without a limit
  record Repeat(Regex part, int least, int most) implements Regex {}

  /// `^` or `$`.
  record Anchor(boolean start) implements Regex {}

  int UNBOUNDED = Integer.MAX_VALUE;

  /// Larger counts are refused: the automaton counts in states.
  int COUNT_MAX = 1_000;

  /// The deepest nesting of groups.
  int DEPTH_MAX = 100;

  /// Whose sets `.`, `\s` and their like are: dialects differ on white space and ends of lines.
  enum Reading {
    /// What every dialect matches, and control characters only where the pattern names them.
    AGREED,
    /// What ECMAScript says.
    ECMA,
    /// What some dialect matches.
    ANY
  }

  /// Parses a pattern.
  ///
  /// @throws IllegalArgumentException naming what is not supported or malformed
  static Regex parse(String pattern, Reading reading) {
    return new Parser(pattern, reading).parse();
  }

  /// A recursive descent over the pattern's code points.
  final class Parser {
    private final int[] text;
    private final Reading reading;
    private int at;
    private int depth;

    private Parser(String pattern, Reading reading) {
      this.text = pattern.codePoints().toArray();
      this.reading = reading;
    }

    private Regex parse() {
      Regex all = choice();
      if (at < text.length) {
        throw new IllegalArgumentException("unmatched ')'");
      }
      return all;
    }

    private boolean take(int c) {
      boolean there = at < text.length && text[at] == c;
      at += there ? 1 : 0;
      return there;
    }

    private int next() {
      if (at == text.length) {
        throw new IllegalArgumentException("the pattern ends too early");
      }
      return text[at++];
    }

    private Regex choice() {
      if (++depth > DEPTH_MAX) {
        throw new IllegalArgumentException("groups nested deeper than " + DEPTH_MAX);
      }
      List<Regex> alternatives = new ArrayList<>();
      do {
        alternatives.add(sequence());
      } while (take('|'));
      depth--;
      return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(alternatives);
    }

    private Regex sequence() {
      List<Regex> parts = new ArrayList<>();
      while (at < text.length && text[at] != '|' && text[at] != ')') {
        parts.add(quantified(atom()));
      }
      return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    private Regex atom() {
      int c = next();
      return switch (c) {
        case '^' -> new Anchor(true);
        case '$' -> new Anchor(false);
        case '.' -> new Chars(anyButLineEnds());
        case '[' -> new Chars(set());
        case '\\' -> new Chars(escape(false, false));
        case '(' -> group();
        case '*', '+', '?' -> throw new IllegalArgumentException("nothing to repeat");
        default -> new Chars(CodePoints.of(c, c));
      };
    }

    private Regex group() {
      if (take('?') && !take(':')) {
        if (!take('<') || at == text.length || text[at] == '=' || text[at] == '!') {
          throw new IllegalArgumentException("look-around and flags are not supported");
        }
        while (next() != '>') {
          // the group's name
        }
      }
      Regex inner = choice();
      if (!take(')')) {
        throw new IllegalArgumentException("missing ')'");
      }
      return inner;
    }

    private Regex quantified(Regex part) {
      int least;
      int most;
      int before = at;
      if (take('*')) {
        least = 0;
        most = UNBOUNDED;
      } else if (take('+')) {
        least = 1;
        most = UNBOUNDED;
      } else if (take('?')) {
        least = 0;
        most = 1;
      } else if (take('{')) {
        least = number();
        most = take(',') ? (at < text.length && text[at] == '}' ? UNBOUNDED : number()) : least;
        if (least < 0 || most < 0 || !take('}')) {
          at = before + 1; // an ordinary brace
          return new Sequence(List.of(part, new Chars(CodePoints.of('{', '{'))));
        }
      } else {
        return part;
      }
      take('?'); // lazy: the same texts
      if (part instanceof Anchor || least > most) {
        throw new IllegalArgumentException("a quantifier that makes no sense");
      }
      if (least > COUNT_MAX || (most > COUNT_MAX && most != UNBOUNDED)) {
        throw new IllegalArgumentException("a count above " + COUNT_MAX);
      }
      return new Repeat(part, least, most);
    }

    /// -1 when there is none.
    private int number() {
      int from = at;
      long value = 0;
      while (at < text.length && text[at] >= '0' && text[at] <= '9') {
        value = Math.min(value * 10 + text[at++] - '0', UNBOUNDED - 1);
      }
      return at == from ? -1 : (int) value;
    }

    private CodePoints set() {
      boolean negated = take('^');
      CodePoints set = new CodePoints(List.of());
      while (!take(']')) {
        CodePoints one = member(negated);
        boolean range = at + 1 < text.length && text[at] == '-' && text[at + 1] != ']';
        if (range && isSingle(one)) {
          at++;
          CodePoints last = member(negated);
          if (!isSingle(last) || first(last) < first(one)) {
            throw new IllegalArgumentException("a range in a class that makes no sense");
          }
          one = CodePoints.of(first(one), first(last));
        }
        set = set.or(one);
      }
      return negated ? not(set) : set;
    }

    private CodePoints member(boolean negated) {
      int c = next();
      return c == '\\' ? escape(true, negated) : CodePoints.of(c, c);
    }

    private static boolean isSingle(CodePoints set) {
      return set.ranges().size() == 1 && first(set) == set.ranges().getFirst().to();
    }

    private static int first(CodePoints set) {
      return set.ranges().getFirst().from();
    }

    /// Dialects differ on white space. What is matched is what all of them match: the narrow set,
    /// or in a negated class the wide one.
    private CodePoints escape(boolean inSet, boolean negated) {
      int c = next();
      return switch (c) {
        case 'd' -> CodePoints.DIGIT;
        case 'D' -> negated ? CodePoints.DIGIT.not() : not(CodePoints.DIGIT);
        case 'w' -> CodePoints.WORD;
        case 'W' -> negated ? CodePoints.WORD.not() : not(CodePoints.WORD);
        case 's' -> isWide(negated) ? CodePoints.WIDE_SPACE : CodePoints.SPACE;
        case 'S' -> {
          CodePoints space = isWide(negated) ? CodePoints.SPACE : CodePoints.WIDE_SPACE;
          boolean ecma = reading == Reading.ECMA;
          yield negated ? space(ecma, space).not() : not(space(ecma, space));
        }
        case 't' -> single('\t');
        case 'n' -> single('\n');
        case 'r' -> single('\r');
        case 'f' -> single('\f');
        case 'v' -> single(0x0b);
        case 'x' -> single(hex(2));
        case 'u' -> single(unicode());
        case 'b' -> {
          if (!inSet) {
            throw new IllegalArgumentException("word borders are not supported");
          }
          yield single('\b');
        }
        default -> {
          if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            throw new IllegalArgumentException(
                "'\\" + Character.toString(c) + "' is not supported");
          }
          yield single(c);
        }
      };
    }

    private static CodePoints space(boolean ecma, CodePoints otherwise) {
      return ecma ? CodePoints.WIDE_SPACE : otherwise;
    }

    /// Whether the wide set is meant where a pattern says `\s`, and the narrow one for `\S`.
    private boolean isWide(boolean negated) {
      return reading == Reading.ECMA || (reading == Reading.ANY) != negated;
    }

    private CodePoints anyButLineEnds() {
      return switch (reading) {
        case AGREED -> CodePoints.LINE_ENDS.notNorControl();
        case ECMA -> CodePoints.ECMA_LINE_ENDS.not();
        case ANY -> single('\n').not();
      };
    }

    private CodePoints not(CodePoints set) {
      return reading == Reading.AGREED ? set.notNorControl() : set.not();
    }

    private static CodePoints single(int c) {
      if (c >= 0xd800 && c <= 0xdfff) {
        throw new IllegalArgumentException("half a surrogate pair");
      }
      return CodePoints.of(c, c);
    }

    private int unicode() {
      if (!take('{')) {
        return hex(4);
      }
      int value = 0;
      for (int c = next(); c != '}'; c = next()) {
        value = value * 16 + digit(c);
        if (value > CodePoints.MAX) {
          throw new IllegalArgumentException("a code point beyond U+10FFFF");
        }
      }
      return value;
    }

    private int hex(int digits) {
      int value = 0;
      for (int i = 0; i < digits; i++) {
        value = value * 16 + digit(next());
      }
      return value;
    }

    private static int digit(int c) {
      int value = Character.digit(c, 16);
      if (value < 0) {
        throw new IllegalArgumentException("not a hexadecimal digit");
      }
      return value;
    }
  }
}
