package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `str.split` and its relatives.
final class Splitting {
  private Splitting() {}

  static List<@Nullable Object> split(Run run, String text, Arguments arguments) {
    Object separator = arguments.get(0, "sep", null);
    long max = limit(arguments);
    if (separator == null) {
      return words(run, text, max);
    }
    String by = separator(separator);
    List<@Nullable Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(by); at >= 0 && parts.size() < max; at = text.indexOf(by, from)) {
      run.createdItems(1);
      parts.add(text.substring(from, at));
      from = at + by.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  static List<@Nullable Object> splitFromEnd(Run run, String text, Arguments arguments) {
    long max = limit(arguments);
    if (arguments.get(0, "sep", null) == null) {
      return wordsFromEnd(run, text, max);
    }
    String by = separator(arguments.required(0, "sep"));
    List<@Nullable Object> parts = new ArrayList<>();
    int to = text.length();
    while (parts.size() < max) {
      int at = text.lastIndexOf(by, to - by.length());
      if (at < 0 || to < by.length()) {
        break;
      }
      run.createdItems(1);
      parts.addFirst(text.substring(at + by.length(), to));
      to = at;
    }
    parts.addFirst(text.substring(0, to));
    return parts;
  }

  /// `str.partition` and `str.rpartition`: what is before, the separator, what is behind.
  static List<@Nullable Object> partition(String text, boolean last, Arguments arguments) {
    String by = separator(arguments.required(0, "sep"));
    int at = last ? text.lastIndexOf(by) : text.indexOf(by);
    if (at < 0) {
      return last ? listOf("", "", text) : listOf(text, "", "");
    }
    return listOf(text.substring(0, at), by, text.substring(at + by.length()));
  }

  private static List<@Nullable Object> listOf(String a, String b, String c) {
    List<@Nullable Object> parts = new ArrayList<>(3);
    parts.add(a);
    parts.add(b);
    parts.add(c);
    return parts;
  }

  static List<@Nullable Object> lines(Run run, String text) {
    List<@Nullable Object> lines = new ArrayList<>();
    run.createdItems(text.chars().filter(c -> c == '\n').count() + 1);
    text.lines().forEach(lines::add);
    return lines;
  }

  private static long limit(Arguments arguments) {
    long max = Values.integer(arguments.get(1, "maxsplit", -1L));
    return max < 0 ? Long.MAX_VALUE : max;
  }

  private static String separator(@Nullable Object value) {
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new JinjaException("split wants a separator that is not empty");
  }

  private static List<@Nullable Object> wordsFromEnd(Run run, String text, long max) {
    List<@Nullable Object> words = new ArrayList<>();
    String rest = Text.stripEnd(text);
    while (!rest.isEmpty() && words.size() < max) {
      int start = rest.length();
      while (start > 0 && !Text.isSpace(rest.charAt(start - 1))) {
        start--;
      }
      words.addFirst(rest.substring(start));
      rest = Text.stripEnd(rest.substring(0, start));
      run.created(rest.length());
    }
    if (!rest.isEmpty()) {
      words.addFirst(Text.stripStart(rest));
    }
    return words;
  }

  private static List<@Nullable Object> words(Run run, String text, long max) {
    List<@Nullable Object> words = new ArrayList<>();
    String rest = Text.stripStart(text);
    while (!rest.isEmpty() && words.size() < max) {
      int end = 0;
      while (end < rest.length() && !Text.isSpace(rest.charAt(end))) {
        end++;
      }
      words.add(rest.substring(0, end));
      rest = Text.stripStart(rest.substring(end));
      run.created(rest.length());
    }
    if (!rest.isEmpty()) {
      words.add(Text.stripEnd(rest));
    }
    return words;
  }
}
