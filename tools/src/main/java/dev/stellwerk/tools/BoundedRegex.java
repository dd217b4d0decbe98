package dev.stellwerk.tools;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/// A regular expression from a stranger's schema, which gives up after a number of steps instead of
/// backtracking for ever.
final class BoundedRegex implements RegularExpression {
  private static final int PATTERN_CHARS_MAX = 4_096;
  private static final int STEPS_MAX = 2_000_000;

  private final Pattern pattern;

  BoundedRegex(String regex) {
    if (regex.length() > PATTERN_CHARS_MAX) {
      throw new IllegalArgumentException(
          "a pattern is longer than " + PATTERN_CHARS_MAX + " characters");
    }
    this.pattern = Pattern.compile(regex);
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(new CountedText(value, 0, value.length(), new int[1])).find();
  }

  /// Counts the characters that the matcher looks at: its only unit of work that can be observed.
  private static final class CountedText implements CharSequence {
    private final String text;
    private final int start;
    private final int end;
    private final int[] steps;

    CountedText(String text, int start, int end, int[] steps) {
      this.text = text;
      this.start = start;
      this.end = end;
      this.steps = steps;
    }

    @Override
    public char charAt(int index) {
      if (++steps[0] > STEPS_MAX) {
        throw new IllegalArgumentException("a pattern takes too long on this text");
      }
      return text.charAt(start + index);
    }

    @Override
    public int length() {
      return end - start;
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new CountedText(text, start + from, start + to, steps);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }
}
