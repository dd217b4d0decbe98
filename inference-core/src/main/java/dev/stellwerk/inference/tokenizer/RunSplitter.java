package dev.stellwerk.inference.tokenizer;

import java.util.function.IntPredicate;

/// Patterns of one character class: `[class]{1,max}`, with `\s?` or ` ?` before it.
///
/// @param prefix which characters may stand before the class, once
/// @param max of characters in a match, the prefix apart
record RunSplitter(IntPredicate prefix, IntPredicate kind, int max) implements Splitter {
  /// `[class]+`.
  static RunSplitter of(IntPredicate kind) {
    return new RunSplitter(RunSplitter::never, kind, Integer.MAX_VALUE);
  }

  /// `[class]{1,max}`.
  static RunSplitter of(IntPredicate kind, int max) {
    return new RunSplitter(RunSplitter::never, kind, max);
  }

  /// `\s?[class]+`.
  static RunSplitter spaced(IntPredicate kind) {
    return new RunSplitter(CharClass::isSpace, kind, Integer.MAX_VALUE);
  }

  private static boolean never(int codePoint) {
    return false;
  }

  @Override
  public int end(String text, int from, int to) {
    int end = match(text, from, to);
    if (end > from) {
      return end;
    }
    int at = from;
    do {
      at += Character.charCount(text.codePointAt(at));
    } while (at < to && !begins(text, at, to));
    return at;
  }

  private boolean begins(String text, int at, int to) {
    int first = text.codePointAt(at);
    int second = at + Character.charCount(first);
    return kind.test(first)
        || (prefix.test(first) && second < to && kind.test(text.codePointAt(second)));
  }

  private int match(String text, int from, int to) {
    int first = text.codePointAt(from);
    if (prefix.test(first)) {
      int second = from + Character.charCount(first);
      int end = run(text, second, to);
      if (end > second) {
        return end;
      }
    }
    return run(text, from, to);
  }

  private int run(String text, int from, int to) {
    int end = from;
    for (int count = 0; count < max && end < to; count++) {
      int codePoint = text.codePointAt(end);
      if (!kind.test(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }
}
