package dev.stellwerk.inference.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Finds special tokens in rendered templates, and keeps untrusted text from forming them.
///
/// [#neutralise] puts a marker, the noncharacter U+FDD0, wherever untrusted text could take part in
/// a special token:
///
/// - after each character that begins one: no special token starts inside the text, whatever
///   follows it in the template;
/// - before its beginning, with and without leading white space, where that is the end of a special
///   token, or where the whole text is the middle of one: no special token that starts in the
///   template reaches into the text.
///
/// Most text needs neither and stays as it is; the keywords of a JSON schema in particular, which
/// templates compare.
///
/// A marker only ever separates its two neighbours. One that a template's own string functions
/// leave behind elsewhere can break nothing that the template wrote. [#unmark] takes the markers
/// out again after matching and before BPE, so that the model reads the original bytes.
/// Noncharacters that the text itself holds are written with U+FDD1 before a digit.
final class SpecialTokens {
  /// Separates; never read by a model.
  static final char MARKER = '\uFDD0';

  /// Before `0` it stands for a literal U+FDD0, before `1` for a literal U+FDD1.
  static final char ESCAPE = '\uFDD1';

  private final Map<String, Integer> ids;
  private final Map<Integer, List<String>> byFirst = new HashMap<>(); // longest first
  private final BitSet firstChars = new BitSet(); // the first char of any special token
  private final List<String> breakable = new ArrayList<>();

  /// A special token of a single code point cannot be broken apart; it is never matched, and reads
  /// as ordinary text wherever it stands.
  ///
  /// @param ids of the special tokens by their text
  SpecialTokens(Map<String, Integer> ids) {
    this.ids = Map.copyOf(ids);
    for (String text : ids.keySet()) {
      int first = text.codePointAt(0);
      if (Character.charCount(first) == text.length()) {
        continue;
      }
      firstChars.set(text.charAt(0));
      byFirst.computeIfAbsent(first, key -> new ArrayList<>()).add(text);
      breakable.add(text);
    }
    for (List<String> texts : byFirst.values()) {
      texts.sort(Comparator.comparingInt(String::length).reversed());
    }
  }

  OptionalInt id(String text) {
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// Where the next special token begins, at or after `from`, or the text's length.
  int next(String text, int from) {
    int at = from;
    while (at < text.length() && lengthAt(text, at) == 0) {
      at++;
    }
    return at;
  }

  /// The length of the longest special token at `at`, or 0.
  int lengthAt(String text, int at) {
    if (!firstChars.get(text.charAt(at))) {
      return 0;
    }
    for (String candidate : byFirst.getOrDefault(text.codePointAt(at), List.of())) {
      if (text.startsWith(candidate, at)) {
        return candidate.length();
      }
    }
    return 0;
  }

  String neutralise(String untrusted) {
    StringBuilder out = new StringBuilder(untrusted.length() + 8);
    int visible = 0;
    while (visible < untrusted.length() && isBlank(untrusted.charAt(visible))) {
      visible++;
    }
    for (int at = 0; at < untrusted.length(); ) {
      int codePoint = untrusted.codePointAt(at);
      if ((at == 0 || at == visible) && continues(untrusted, at)) {
        out.append(MARKER);
      }
      if (codePoint == MARKER || codePoint == ESCAPE) {
        out.append(ESCAPE).append(codePoint == MARKER ? '0' : '1');
      } else {
        out.appendCodePoint(codePoint);
      }
      if (byFirst.containsKey(codePoint)) {
        out.append(MARKER);
      }
      at += Character.charCount(codePoint);
    }
    return out.toString();
  }

  /// Whether text from `from` on could continue a special token that began before it: it starts
  /// with the end of one, or all of it is the middle of one, be it after a template trimmed it.
  private boolean continues(String text, int from) {
    int end = text.length();
    while (end > from && isBlank(text.charAt(end - 1))) {
      end--;
    }
    for (String special : breakable) {
      for (int at = 1; at < special.length(); at++) {
        int rest = special.length() - at;
        if (special.regionMatches(at, text, from, Math.min(rest, text.length() - from))
            || (end > from
                && end - from < rest
                && special.regionMatches(at, text, from, end - from))) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whatever some template language may trim.
  private static boolean isBlank(char c) {
    return CharClass.isSpace(c) || Character.isWhitespace(c);
  }

  /// The text that the model reads, without markers.
  static String unmark(String text) {
    if (text.indexOf(MARKER) < 0 && text.indexOf(ESCAPE) < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      char after = at + 1 < text.length() ? text.charAt(at + 1) : 0;
      if (c == ESCAPE && (after == '0' || after == '1')) {
        out.append(after == '0' ? MARKER : ESCAPE);
        at++;
      } else if (c != MARKER) {
        out.append(c);
      }
    }
    return out.toString();
  }
}
