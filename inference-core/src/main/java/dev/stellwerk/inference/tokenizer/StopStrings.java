package dev.stellwerk.inference.tokenizer;

import java.util.List;

/// Ends streamed text before the first of several strings. What could be the beginning of one of
/// them is held back until it is clear that it is not, so that no part of a stop string gets out.
///
/// It stands behind a [StreamingDecoder]: a stop string may be cut anywhere between tokens.
public final class StopStrings {
  /// The most strings, and the longest one.
  public static final int STRINGS_MAX = 16;

  public static final int CHARS_MAX = 1_024;

  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private String found = "";

  /// @param stops none of them empty; none at all lets everything through
  /// @throws IllegalArgumentException for an empty string, too many or too long ones
  public StopStrings(List<String> stops) {
    this.stops = List.copyOf(stops);
    if (stops.size() > STRINGS_MAX) {
      throw new IllegalArgumentException(
          stops.size() + " stop strings are more than " + STRINGS_MAX);
    }
    for (String stop : stops) {
      if (stop.isEmpty() || stop.length() > CHARS_MAX) {
        throw new IllegalArgumentException(
            "a stop string has 1 to " + CHARS_MAX + " characters, not " + stop.length());
      }
    }
  }

  /// Takes more text and returns what may be shown of all that came so far: up to the first stop
  /// string, and nothing once there was one.
  public String accept(String text) {
    if (stopped()) {
      return "";
    }
    held.append(text);
    // The one that is complete first counts, however the text is cut; of two, the longer one.
    int start = held.length();
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      int to = at + stop.length();
      if (at >= 0 && (to < end || (to == end && at < start))) {
        start = at;
        end = to;
        found = stop;
      }
    }
    return release(stopped() ? start : held.length() - possible());
  }

  /// The text has ended: returns what was held back.
  public String finish() {
    return stopped() ? "" : release(held.length());
  }

  /// Whether a stop string was met.
  public boolean stopped() {
    return !found.isEmpty();
  }

  /// The stop string that was met; empty when there was none.
  public String found() {
    return found;
  }

  /// How many characters at the end could be the beginning of a stop string.
  private int possible() {
    int most = 0;
    for (String stop : stops) {
      int length = Math.min(stop.length() - 1, held.length());
      while (length > most && !endsWith(stop, length)) {
        length--;
      }
      most = Math.max(most, length);
    }
    return most;
  }

  private boolean endsWith(String stop, int length) {
    int from = held.length() - length;
    for (int i = 0; i < length; i++) {
      if (held.charAt(from + i) != stop.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String release(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
