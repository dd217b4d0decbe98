package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GetTimeTest {
  @TempDir private Path folder;
  private BuiltinFixture tools;

  @BeforeEach
  void setUp() throws Exception {
    tools = new BuiltinFixture(folder, folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Asia/Tokyo | 2026-11-23 20:41:07 Monday, Asia/Tokyo (UTC+9)",
        "tokyo | 2026-11-23 20:41:07 Monday, Asia/Tokyo (UTC+9)",
        "New York | 2026-11-23 06:41:07 Monday, America/New_York (UTC-5)",
        "new_york | 2026-11-23 06:41:07 Monday, America/New_York (UTC-5)",
        "europe/berlin | 2026-11-23 12:41:07 Monday, Europe/Berlin (UTC+1)",
        "Kolkata | 2026-11-23 17:11:07 Monday, Asia/Kolkata (UTC+5:30)",
        "St Johns | 2026-11-23 08:11:07 Monday, America/St_Johns (UTC-3:30)",
        "UTC | 2026-11-23 11:41:07 Monday, UTC (UTC+0)",
        "utc | 2026-11-23 11:41:07 Monday, UTC (UTC+0)",
        "Z | 2026-11-23 11:41:07 Monday, UTC (UTC+0)",
        "+02:00 | 2026-11-23 13:41:07 Monday, +02:00 (UTC+2)",
        "GMT+5 | 2026-11-23 16:41:07 Monday, GMT+05:00 (UTC+5)",
        "Louisville | 2026-11-23 06:41:07 Monday, America/Louisville (UTC-5)",
        "Auckland | 2026-11-24 00:41:07 Tuesday, Pacific/Auckland (UTC+13)",
      })
  void tellsTheTime(String zone, String expected) throws Exception {
    assertEquals(expected, tools.call("get_time", "timezone", zone));
  }

  @Test
  void withoutAZoneItIsTheMachines() throws Exception {
    assertEquals("2026-11-23 20:41:07 Monday, Asia/Tokyo (UTC+9)", tools.call("get_time"));
    assertEquals(tools.call("get_time"), tools.call("get_time", "timezone", " "));
    Clock utc = Clock.fixed(Instant.parse("2026-01-02T03:04:05.999Z"), ZoneOffset.UTC);
    var other =
        new BuiltinFixture(
            new BuiltinConfig(folder, folder, utc, FileLimits.DEFAULT, NoteLimits.DEFAULT));
    assertEquals("2026-01-02 03:04:05 Friday, UTC (UTC+0)", other.call("get_time"));
  }

  @Test
  void unknownPlacesAreRefusedWithAnExample() throws Exception {
    for (String bad : List.of("Atlantis", "Europe/", "/", "x".repeat(100_000), "\0", "+99:00")) {
      String answer = tools.call("get_time", "timezone", bad);
      assertTrue(answer.startsWith("Error: no time zone or city '"), answer);
      assertTrue(answer.length() < 200);
    }
  }
}
