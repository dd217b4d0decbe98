package dev.stellwerk.inference.constraint;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The values of `format` that are enforced, as patterns. The few that the specification defines
/// and this table lacks are refused; any other value is an annotation.
///
/// Each pattern lies within the format's definition, so that what is written is right by anyone's
/// reading; rare spellings (leap seconds, quoted local parts, user names in URIs, names of more
/// than eight labels) are left out.
final class Formats {
  private static final String DATE =
      "(?:[1-9]\\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
          + "|(?:[1-9]\\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)";
  private static final String TIME =
      "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?"
          + "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,28}[A-Za-z0-9])?";
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String GROUP = "[0-9a-fA-F]{1,4}";
  private static final String ESCAPED = "%[0-9a-fA-F]{2}";
  private static final String PATH = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|" + ESCAPED + ")";
  private static final String AFTER_PATH = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|" + ESCAPED + ")*";

  private static final String EMAIL =
      "[A-Za-z0-9_+-]+(?:\\.[A-Za-z0-9_+-]+)*@" + LABEL + "(?:\\." + LABEL + "){1,7}";
  private static final String HOST_NAME = LABEL + "(?:\\." + LABEL + "){0,7}";
  private static final String PATH_REFERENCE = "(?:/?[A-Za-z0-9._~-]+)+/?(?:#[A-Za-z0-9._~-]*)?";
  private static final String REFERENCE = "(?:" + uri() + "|" + PATH_REFERENCE + ")";

  private static final Map<String, String> PATTERNS =
      Map.ofEntries(
          Map.entry("date", DATE),
          Map.entry("time", TIME),
          Map.entry("date-time", DATE + "T" + TIME),
          Map.entry("duration", duration()),
          Map.entry("uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
          Map.entry("hostname", HOST_NAME),
          Map.entry("idn-hostname", HOST_NAME),
          Map.entry("email", EMAIL),
          Map.entry("idn-email", EMAIL),
          Map.entry("ipv4", BYTE + "(?:\\." + BYTE + "){3}"),
          Map.entry("ipv6", ipv6()),
          Map.entry("uri", uri()),
          Map.entry("iri", uri()),
          Map.entry("uri-reference", REFERENCE),
          Map.entry("iri-reference", REFERENCE),
          Map.entry("json-pointer", "(?:/(?:[^~/]|~[01])*)*"));

  private static final Set<String> REFUSED =
      Set.of("regex", "uri-template", "relative-json-pointer");

  private static final Map<String, Dfa> COMPILED = new ConcurrentHashMap<>();

  private Formats() {}

  static Optional<Dfa> strings(String format) {
    String pattern = PATTERNS.get(format);
    return pattern == null
        ? Optional.empty()
        : Optional.of(
            COMPILED.computeIfAbsent(format, f -> Patterns.strings("^(?:" + pattern + ")$")));
  }

  /// Whether the specification defines a format that is not enforced.
  static boolean isRefused(String format) {
    return REFUSED.contains(format);
  }

  private static String duration() {
    String n = "\\d{1,6}";
    String time = "T(?:N H(?:N M(?:N S)?)?|N M(?:N S)?|N S)";
    String date = "(?:N Y(?:N M(?:N D)?)?|N M(?:N D)?|N D)";
    String all = "P(?:N W|" + date + "(?:" + time + ")?|" + time + ")";
    return all.replace("N ", n);
  }

  private static String ipv6() {
    StringBuilder all = new StringBuilder("(?:(?:G:){7}G|(?:G:){1,7}:|:(?::G){1,7}|::");
    for (int after = 1; after <= 6; after++) {
      all.append("|(?:G:){1,").append(7 - after).append("}(?::G){1,").append(after).append('}');
    }
    return all.append(')').toString().replace("G", GROUP);
  }

  private static String uri() {
    String host = "(?:[A-Za-z0-9._~-]|" + ESCAPED + ")*(?::\\d{1,5})?(?:/" + PATH + "*)?";
    String noHost = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|" + ESCAPED + ")" + PATH + "*";
    String rest = "(?:\\?" + AFTER_PATH + ")?(?:#" + AFTER_PATH + ")?";
    return "[A-Za-z][A-Za-z0-9+.-]*:(?://" + host + "|/" + noHost + "|" + noHost + ")" + rest;
  }
}
