package dev.stellwerk.tools;

import static dev.stellwerk.tools.FakeSource.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.stellwerk.tools.Schemas.UnusableSchemaException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SchemasTest {
  private final Schemas schemas = new Schemas();

  private Optional<String> problems(String schema, String value) throws UnusableSchemaException {
    return schemas.problems(json(schema), json(value));
  }

  @Test
  void saysWhatIsWrongAndWhere() throws Exception {
    String schema =
        """
        {"type":"object","properties":{"path":{"type":"string"},"lines":{"type":"integer","minimum":1}},
         "required":["path"],"additionalProperties":false}""";
    assertEquals(Optional.empty(), problems(schema, "{\"path\":\"a\",\"lines\":3}"));
    assertTrue(problems(schema, "{}").orElseThrow().contains("path"));
    assertTrue(problems(schema, "{\"path\":1}").orElseThrow().contains("/path"));
    assertTrue(problems(schema, "{\"path\":\"a\",\"x\":1}").orElseThrow().contains("x"));
    assertTrue(problems(schema, "{\"path\":\"a\",\"lines\":0}").orElseThrow().contains("/lines"));
  }

  @Test
  void acceptsOlderDraftsThatSaySo() throws Exception {
    String schema =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
            + "\"definitions\":{\"n\":{\"type\":\"number\"}},"
            + "\"properties\":{\"a\":{\"$ref\":\"#/definitions/n\"}}}";
    assertEquals(Optional.empty(), problems(schema, "{\"a\":1}"));
    assertTrue(problems(schema, "{\"a\":\"1\"}").isPresent());
  }

  @Test
  void neverFetchesAnything() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> requests.incrementAndGet());
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/s.json";
      assertThrows(
          UnusableSchemaException.class,
          () -> problems("{\"properties\":{\"a\":{\"$ref\":\"" + url + "\"}}}", "{\"a\":1}"));
      assertThrows(
          UnusableSchemaException.class,
          () ->
              problems("{\"properties\":{\"a\":{\"$ref\":\"file:///etc/passwd\"}}}", "{\"a\":1}"));
      assertThrows(
          UnusableSchemaException.class, () -> problems("{\"$schema\":\"" + url + "\"}", "{}"));
      assertEquals(0, requests.get());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anIdNamesNothingOutsideItsOwnSchema() throws Exception {
    String evil = "{\"$id\":\"https://x.test/s\",\"type\":\"object\"}";
    String strict = "{\"$id\":\"https://x.test/s\",\"type\":\"object\",\"required\":[\"a\"]}";
    assertEquals(Optional.empty(), problems(evil, "{}"));
    assertTrue(problems(strict, "{}").isPresent());
  }

  @Test
  void brokenSchemasAreUnusableAndNotACrash() {
    assertThrows(UnusableSchemaException.class, () -> problems("{\"$ref\":\"#\"}", "{}"));
    assertThrows(
        UnusableSchemaException.class,
        () -> problems("{\"properties\":{\"a\":{\"pattern\":\"(\"}}}", "{\"a\":\"x\"}"));
    assertThrows(
        UnusableSchemaException.class,
        () -> problems("{\"properties\":{\"a\":{\"$ref\":\"#/nowhere\"}}}", "{\"a\":1}"));
  }

  @Test
  void aPatternThatBacktracksForEverIsCutOff() {
    String schema = "{\"properties\":{\"a\":{\"pattern\":\"^(.*a){15}$\"}}}";
    String value = "{\"a\":\"" + "a".repeat(60) + "!\"}";
    long begun = System.nanoTime();
    var e = assertThrows(UnusableSchemaException.class, () -> problems(schema, value));
    assertTrue(String.valueOf(e.getMessage()).contains("too long"), e.getMessage());
    assertTrue(System.nanoTime() - begun < 5_000_000_000L);
  }

  @Test
  void manySchemasDoNotPileUp() throws Exception {
    for (int i = 0; i < 1_500; i++) {
      assertTrue(problems("{\"required\":[\"k" + i + "\"]}", "{}").isPresent());
    }
  }
}
