package dev.stellwerk.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Splits text and identifiers into words that can be compared: lower case, English endings off,
/// common words out. `listAllFiles`, `list-files` and "lists a file" meet at `list`, `file`.
final class Words {
  private static final int WORD_CHARS_MAX = 64;

  private static final Set<String> STOP =
      Set.of(
          "a", "an", "and", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for",
          "from", "given", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me",
          "my", "of", "on", "one", "or", "our", "please", "should", "so", "some", "that", "the",
          "their", "them", "then", "there", "this", "to", "use", "used", "using", "want", "was",
          "we", "what", "when", "which", "will", "with", "would", "you", "your");

  private Words() {}

  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int before = ' ';
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int size = Character.charCount(c);
      boolean part = Character.isLetterOrDigit(c);
      if (!part || Character.isIdeographic(c) || startsWord(before, c, text, i + size)) {
        add(words, word);
      }
      if (part && word.length() < WORD_CHARS_MAX) {
        word.appendCodePoint(c);
      }
      if (Character.isIdeographic(c)) {
        add(words, word); // no spaces between words: each character stands alone
      }
      before = c;
      i += size;
    }
    add(words, word);
    return words;
  }

  /// `fileName` at N; `HTTPServer` at S; between letters and digits.
  private static boolean startsWord(int before, int c, String text, int next) {
    if (Character.isUpperCase(c)) {
      boolean lowerFollows = next < text.length() && Character.isLowerCase(text.charAt(next));
      return Character.isLowerCase(before) || (Character.isUpperCase(before) && lowerFollows);
    }
    return Character.isLetterOrDigit(before) && Character.isDigit(before) != Character.isDigit(c);
  }

  private static void add(List<String> words, StringBuilder word) {
    if (word.isEmpty()) {
      return;
    }
    String lower = word.toString().toLowerCase(Locale.ROOT);
    word.setLength(0);
    if (!STOP.contains(lower)) {
      words.add(stem(lower));
    }
  }

  /// Takes off plural, `-ing`, `-ed` and a final `e`: coarse, and the same on both sides.
  static String stem(String word) {
    String stem = word;
    if (stem.endsWith("ies") && stem.length() > 4) {
      stem = stem.substring(0, stem.length() - 3) + "y";
    } else if (stem.endsWith("s") && !stem.endsWith("ss") && stem.length() > 3) {
      stem = stem.substring(0, stem.length() - 1);
    }
    if (stem.endsWith("ing") && stem.length() > 5) {
      stem = undouble(stem.substring(0, stem.length() - 3));
    } else if (stem.endsWith("ed") && stem.length() > 4) {
      stem = undouble(stem.substring(0, stem.length() - 2));
    }
    return stem.endsWith("e") && stem.length() > 3 ? stem.substring(0, stem.length() - 1) : stem;
  }

  /// `running` → `runn` → `run`; `calling` keeps its l, as `call` does.
  private static String undouble(String stem) {
    int last = stem.length() - 1;
    boolean doubled =
        last > 2
            && stem.charAt(last) == stem.charAt(last - 1)
            && "lsz".indexOf(stem.charAt(last)) < 0;
    return doubled ? stem.substring(0, last) : stem;
  }
}
