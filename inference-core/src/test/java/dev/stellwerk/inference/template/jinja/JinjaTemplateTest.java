package dev.stellwerk.inference.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T20:41:07Z"), ZoneId.of("UTC"));
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.USE_LONG_FOR_INTS, true);

  private static String render(String template) {
    return JinjaTemplate.parse(template).render(Map.of("name", "world"), CLOCK);
  }

  private static String refused(String template) {
    return assertThrows(JinjaException.class, () -> render(template)).getMessage();
  }

  /// Random expressions, and random mixtures of text and tags, as jinja2 renders them.
  @ParameterizedTest
  @ValueSource(strings = {"expressions", "whitespace"})
  void rendersAsJinja2Does(String part) throws IOException {
    JsonNode golden;
    try (InputStream in = JinjaTemplateTest.class.getResourceAsStream("/golden/jinja.json")) {
      golden = JSON.readTree(Objects.requireNonNull(in)).get(part);
    }
    int count = 0;
    for (JsonNode example : golden.get("cases")) {
      Map<String, Object> variables =
          JSON.convertValue(
              golden.get("variables"),
              JSON.getTypeFactory().constructMapType(HashMap.class, String.class, Object.class));
      String template = example.get(0).asText();
      assertEquals(
          example.get(1).asText(),
          JinjaTemplate.parse(template).render(variables, CLOCK),
          () -> template);
      count++;
    }
    assertTrue(count >= 200, "only " + count + " cases");
  }

  @Test
  void loopsAssignAndCall() {
    assertEquals("1a 2b ", render("{% for x in 'ab' %}{{ loop.index }}{{ x }} {% endfor %}"));
    assertEquals("none", render("{% for x in [] %}{{ x }}{% else %}none{% endfor %}"));
    assertEquals("24", render("{% for x in range(1, 6) if x is even %}{{ x }}{% endfor %}"));
    assertEquals(
        "013",
        render(
            "{% for x in range(9) %}{% if x == 2 %}{% continue %}{% endif %}"
                + "{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}"));
    assertEquals(
        "outer 3",
        render(
            "{% set a = 'outer' %}{% set ns = namespace(n=0) %}{% for x in range(3) %}"
                + "{% set a = x %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ a }} {{ ns.n }}"));
    assertEquals(
        "[hi world][hi you]",
        render(
            "{% macro greet(who, mark='') %}[hi {{ who }}{{ mark }}]{% endmacro %}"
                + "{{ greet(name) }}{{ greet(who='you') }}"));
    assertEquals(
        "k=v;", render("{% for k, v in {'k': 'v'}.items() %}{{ k }}={{ v }};{% endfor %}"));
    assertEquals("HI", render("{% set x | upper %}hi{% endset %}{{ x }}"));
    assertEquals("<HI>", render("{% filter upper %}<hi>{% endfilter %}"));
    assertEquals("Mon 23 November 2026", render("{{ strftime_now('%a %d %B %Y') }}"));
  }

  @Test
  void namesTheLineOfWhatIsWrong() {
    assertEquals("line 2: 'endfor'; expected 'endif'", refused("{% if 1 %}\n{% endfor %}"));
    assertEquals("line 1: a tag does not end", refused("{{ name"));
    assertEquals("line 1: a string does not end", refused("{{ 'name }}"));
    assertEquals("line 1: a comment does not end", refused("{# name"));
    assertEquals(
        "line 1: 'include'; expected a tag that is supported", refused("{% include 'x' %}"));
    assertEquals("line 3: no roles", refused("\n\n{{ raise_exception('no roles') }}"));
    assertEquals("line 1: 'nothing' is undefined", refused("{{ nothing.name }}"));
    assertEquals("line 1: there is no filter 'shout'", refused("{{ name | shout }}"));
    assertEquals("line 1: there is no test 'loud'", refused("{{ name is loud }}"));
    assertEquals("line 1: cannot apply + to a string", refused("{{ name + 1 }}"));
    assertEquals("line 1: division by zero", refused("{{ 1.0 / 0 }}"));
    assertTrue(refused("{{ 9223372036854775807 + 1 }}").contains("no 64-bit result"));
    assertEquals("line 1: 'update' would change a mapping", refused("{{ {}.update({}) }}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(9999999999) %}{% endfor %}",
        "{{ 'x' * 9999999999 }}",
        "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='xx') %}{% for i in range(64) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}",
        "{{ ('x' * 9999).replace('x', 'y' * 99999) }}",
        "{{ ('\n' * 9999) | indent(99999, true, true) }}",
        "{{ ('x' * 9999) | list | join('y' * 99999) }}",
        "{{ [1] | tojson(indent=999999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}"
            + "{% endfor %}{{ ns.x | tojson }}",
        "{% set x = [] %}{{ x.append(x) }}{{ x == [x] }}",
        "{% for i in range(99999) %}{{ 'x' * 100 }}{% endfor %}",
        "{{ {[]: 1} }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(90) %}"
            + "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}"
            + "{{ ns.x == ns.y }}",
        "{{ range(3000000) | unique | list }}",
        "{% set big = 'x' * 1000000 %}{% set ns = namespace(l=[]) %}{% for i in range(9999) %}"
            + "{% set ns.l = ns.l + [big | upper] %}{% endfor %}",
        "{% set big = '\n' * 1000000 %}{% set ns = namespace(l=[]) %}{% for i in range(9999) %}"
            + "{% set ns.l = ns.l + [big.splitlines()] %}{% endfor %}",
        "{{ 'x'.zfill(999999999) }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(90) }}",
      })
  void boundsWhatATemplateMayDo(String template) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    refused(template);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 1L << 30, template + " allocated " + allocated);
    assertTrue(System.nanoTime() - start < 20_000_000_000L, template);
  }

  @Test
  void boundsWhatItReads() {
    refused("x".repeat(JinjaTemplate.SOURCE_CHARS_MAX + 1));
    refused("{{ " + "(".repeat(5_000) + ")".repeat(5_000) + " }}");
    refused("{{ " + "-".repeat(5_000) + "1 }}");
    refused("{% if 1 %}".repeat(5_000));
    refused("{{ " + "1 if 1 else ".repeat(5_000) + "1 }}");
    refused("{{ " + "not ".repeat(5_000) + "1 }}");
    refused("{{ 1" + " + 1".repeat(5_000) + " }}");
    refused("{{ name" + " | upper".repeat(5_000) + " }}");
  }

  /// Broken templates are refused and never fail otherwise. What random templates are made of.
  private static final String[] PIECES = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "+",
    " ",
    "\n",
    "if",
    "endif",
    "for",
    "x",
    "in",
    "endfor",
    "set",
    "=",
    "name",
    "'a'",
    "\"",
    "1",
    "2.5",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "|",
    "~",
    "upper",
    "is",
    "not",
    "defined",
    "loop",
    "macro",
    "m",
    "endmacro",
    "raw",
    "endraw",
    "else",
    "\\",
  };

  @Test
  void randomTemplatesRenderOrAreRefused() {
    Random random = new Random(13);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder template = new StringBuilder(random.nextBoolean() ? "{{ name " : "{% ");
      for (int count = random.nextInt(14); count > 0; count--) {
        template.append(PIECES[random.nextInt(PIECES.length)]).append(' ');
      }
      try {
        render(template.append(random.nextBoolean() ? "}}" : "%}").toString());
      } catch (JinjaException e) {
        assertTrue(e.getMessage().startsWith("line "), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 10_000 && refused < 20_000, "refused " + refused);
  }
}
