package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Descriptions;
import dev.stellwerk.tools.Tool;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Finds time zones by IANA id (`Asia/Tokyo`), by city (`tokyo`, `New York`) or by offset
/// (`+02:00`), upper and lower case alike.
final class TimeZones {
  private static final int SHOWN_CHARS_MAX = 60;

  private final Map<String, String> ids = new HashMap<>();
  private final Map<String, String> cities = new HashMap<>();

  TimeZones() {
    // The shortest id first: America/Louisville before America/Kentucky/Louisville.
    List<String> known =
        ZoneId.getAvailableZoneIds().stream()
            .filter(id -> !id.startsWith("SystemV/"))
            .sorted(Comparator.comparingInt(String::length).thenComparing(id -> id))
            .toList();
    for (String id : known) {
      ids.putIfAbsent(key(id), id);
      // Etc/GMT+5 means UTC-5: whoever writes GMT+5 does not.
      if (id.contains("/") && !id.startsWith("Etc/")) {
        cities.putIfAbsent(key(id.substring(id.lastIndexOf('/') + 1)), id);
      }
    }
  }

  ZoneId find(String wanted) throws ToolFailure {
    String key = key(wanted.strip());
    String id = ids.getOrDefault(key, cities.getOrDefault(key, ""));
    if (!id.isEmpty()) {
      return ZoneId.of(id);
    }
    try {
      return ZoneId.of(wanted.strip().toUpperCase(Locale.ROOT));
    } catch (DateTimeException e) {
      throw new ToolFailure(
          Tool.Reason.INVALID_ARGUMENTS,
          "no time zone or city '%s' is known; give one such as Europe/Berlin or Tokyo"
              .formatted(Descriptions.shorten(wanted, SHOWN_CHARS_MAX)));
    }
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT).replace(' ', '_');
  }
}
