package dev.stellwerk.inference.tokenizer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  private final TokenMatcher matcher;
  private final Set<Integer> firsts = new HashSet<>(); // the first code point of any special token
  private @Nullable TextRange endings; // made at first use

  /// A special token of a single code point cannot be broken apart; it is never matched, and reads
  /// as ordinary text wherever it stands.
  ///
  /// @param ids of the special tokens by their text
  SpecialTokens(Map<String, Integer> ids) {
    this.ids = Map.copyOf(ids);
    Map<String, Integer> breakable = new HashMap<>();
    ids.forEach(
        (text, id) -> {
          int first = text.codePointAt(0);
          if (Character.charCount(first) < text.length()) {
            breakable.put(text, id);
            firsts.add(first);
          }
        });
    this.matcher = new TokenMatcher(breakable);
  }

  OptionalInt id(String text) {
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// The special tokens that can be matched.
  TokenMatcher matcher() {
    return matcher;
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
      if (firsts.contains(codePoint)) {
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
    return endings().touches(text, from, end);
  }

  /// What any special token ends with, itself apart.
  private synchronized TextRange endings() {
    TextRange made = endings;
    if (made == null) {
      Set<String> texts = new HashSet<>();
      for (String special : ids.keySet()) {
        for (int at = 1; at < special.length(); at++) {
          texts.add(special.substring(at));
        }
      }
      made = new TextRange(texts);
      endings = made;
    }
    return made;
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
