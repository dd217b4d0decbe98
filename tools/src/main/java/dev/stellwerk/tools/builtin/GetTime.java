package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// `get_time`: `2026-11-23 20:41:07 Monday, Asia/Tokyo (UTC+9)`.
final class GetTime implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "get_time",
          "Tell the current date and time, in a time zone or city if one is given.",
          Tool.Effects.READ_ONLY,
          "timezone?");

  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss EEEE", Locale.ENGLISH);

  private final Clock clock;
  private final TimeZones zones = new TimeZones();

  GetTime(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure {
    String wanted = arguments.text("timezone", "");
    ZoneId zone = wanted.isBlank() ? clock.getZone() : zones.find(wanted);
    ZonedDateTime now = clock.instant().atZone(zone);
    String id = zone.getId().equals("Z") ? "UTC" : zone.getId();
    return "%s, %s (%s)".formatted(FORM.format(now), id, offset(now.getOffset()));
  }

  /// `UTC+9`, `UTC+5:30`, `UTC-3:30`, `UTC+0`.
  private static String offset(ZoneOffset offset) {
    int seconds = offset.getTotalSeconds();
    int minutes = Math.abs(seconds) / 60;
    String hours = (seconds < 0 ? "UTC-" : "UTC+") + minutes / 60;
    return minutes % 60 == 0 ? hours : "%s:%02d".formatted(hours, minutes % 60);
  }
}
