package dev.stellwerk.inference.constraint;

import static dev.stellwerk.inference.constraint.JsonSchemaCompilerTest.check;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {
  @Test
  void patterns() {
    check("{'type':'string','pattern':'^a+$'}", "'a'", "'aaa'", "!''", "!'b'", "!'ab'");
    check("{'type':'string','pattern':'b'}", "'b'", "'abc'", "'éb😀'", "!''", "!'a'");
    check(
        "{'type':'string','pattern':'^\\\\d{2,3}$|^x'}",
        "'12'",
        "'123'",
        "'xy'",
        "!'1'",
        "!'1234'");
    check(
        "{'type':'string','pattern':'^([^a-c]|\\\\.)?$'}",
        "''",
        "'d'",
        "'日'",
        "'.'",
        "!'b'",
        "!'dd'");
    check("{'type':'string','pattern':'^(?:ab|cd)*?[x-z\\\\-]$'}", "'x'", "'abcd-'", "!'abc'");
    check("{'type':'string','pattern':'^.\\\\u00e9{2}$'}", "'aéé'", "!'aé'", "!'éé'");
    check(
        "{'type':'string','pattern':'^\\\\s$'}", "'\\n'", "' '", "!'\u3000'", "!'\\u000A'", "!'a'");
    check(
        "{'type':'string','pattern':'^[^\\\\s]\\\\S$'}",
        "'ab'",
        "!'\u3000b'",
        "!'a\u3000'",
        "!' b'");
    check("{'type':'string','pattern':'^[^\\\\S]$'}", "' '", "!'a'", "!'\u3000'");
    check(
        "{'type':'string','pattern':'a','maxLength':2,'minLength':2}",
        "'ab'",
        "'ba'",
        "!'a'",
        "!'bab'",
        "!'bb'");
    check(
        "{'allOf':[{'pattern':'^a'},{'pattern':'b$'}],'type':'string'}",
        "'ab'",
        "'a-b'",
        "!'a'",
        "!'ba'");
    check("{'pattern':'^a','enum':['ab','b',1]}", "'ab'", "1", "!'b'");
    check("{'type':'string','pattern':'a{b'}", "'a{b'", "!'ab'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^(a|b)*a(a|b){20}$",
        "^.{0,999}a.{0,999}$",
        "(((a{99}){99}){99}){99}",
        "^(.{0,999}){0,9}$",
      })
  void hostilePatternsAreRefused(String pattern) {
    String schema = "{'type':'string','pattern':'" + pattern + "'}";
    assertTimeout(
        Duration.ofSeconds(60), // far above what it takes; a busy machine is slow
        () -> assertThrows(UnsupportedSchemaException.class, () -> check(schema, "''")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "date; 2024-02-29 2000-02-29 2026-11-30; 2023-02-29 1900-02-29 2026-11-31 2026-13-01 26-1-1",
        "time; 12:00:00Z 23:59:59.5+01:30; 12:00 24:00:00Z 12:60:00Z 12:00:00",
        "date-time; 2026-11-23T20:41:07Z; 2026-11-23 2026-11-23T20:41:07 2022-02-30T00:00:00Z",
        "uuid; 123e4567-e89b-12d3-a456-426614174000; 123e4567e89b12d3a456426614174000 x",
        "email; a.b+c@example.org; a@b a@ @b.c a..b@c.de",
        "hostname; localhost a-b.example.org; -a a- a..b",
        "ipv4; 0.0.0.0 192.168.1.255; 256.1.1.1 1.2.3 01.2.3.4",
        "ipv6; :: ::1 1:: fe80::1:2 1:2:3:4:5:6:7:8 1::8; 1:2 1::2::3 12345:: 1:2:3:4:5:6:7:8:9",
        "duration; P1Y2M3D PT5M P1DT12H P4W PT1H2M3S; P P1 PT P1YT 1D P1H",
        "json-pointer; /a/0 /~0~1; a /~2",
        "uri-reference; a/b#c https://x.y /a; a^b",
        "uri; https://a.b/c?d=e urn:a:b mailto:x@y.z file:///x a://h:80; a /b //c http://[x] 1a:b",
      })
  void formats(String format, String right, String wrong) {
    for (String text : right.split(" ", -1)) {
      check("{'type':'string','format':'" + format + "'}", "'" + text + "'");
    }
    for (String text : wrong.split(" ", -1)) {
      check("{'type':'string','format':'" + format + "'}", "!'" + text + "'");
    }
  }

  @Test
  void codePointRangesAreSplitAtTheirBytes() {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 60; run++) {
      int from = random.nextInt(0x20, CodePoints.MAX >> random.nextInt(14));
      int to = Math.min(CodePoints.MAX, from + random.nextInt(1 << random.nextInt(1, 20)));
      Nfa nfa = new Nfa();
      int start = nfa.state();
      int end = nfa.state();
      new JsonSpelling(nfa).edges(start, CodePoints.of(from, to), end);
      Dfa dfa = nfa.toDfa(start, end, 10_000);
      for (int i = 0; i < 400; i++) {
        int c = i == 0 ? from : i == 1 ? to : from - 50 + random.nextInt(to - from + 100);
        if (c > 0x20
            && c != '\\'
            && c != '"'
            && c <= CodePoints.MAX
            && (c < 0xd800 || c > 0xdfff)) {
          boolean inside = from <= c && c <= to;
          byte[] text = Character.toString(c).getBytes(StandardCharsets.UTF_8);
          assertEquals(inside, dfa.matches(text), from + ".." + to + " and " + c);
        }
      }
    }
  }
}
