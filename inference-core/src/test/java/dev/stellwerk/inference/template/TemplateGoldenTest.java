package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Templates over conversations with tools, parallel calls, results, a system message, several
/// turns and reasoning, against the hashes of what jinja2 rendered (`make_templates.py`).
///
/// The repository's own templates are always compared. Public ones are not ours to keep:
/// `-Dstellwerk.data=FOLDER` names the folder that holds
/// `tokenizer/llamacpp-vocab-and-templates.tar.xz`.
class TemplateGoldenTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T20:41:07Z"), ZoneId.of("UTC"));
  private static final String ARCHIVE = "tokenizer/llamacpp-vocab-and-templates.tar.xz";

  /// What a rendering came to, and how it compares.
  private record Comparison(int equal, int sameErrors, List<String> different) {}

  private static JsonNode golden() throws IOException {
    try (InputStream in = TemplateGoldenTest.class.getResourceAsStream("/golden/templates.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }

  @Test
  void theRepositorysTemplates() throws IOException {
    Comparison all = compare(own(), golden());
    assertEquals(List.of(), all.different);
    assertTrue(all.equal >= 100, () -> all.equal + " equal");
  }

  @Test
  void publicTemplates(@TempDir Path folder) throws Exception {
    Path archive = Path.of(System.getProperty("stellwerk.data", "none"), ARCHIVE);
    if (!Files.exists(archive)) {
      System.out.println("skipped: no public chat templates (set -Dstellwerk.data)");
      return;
    }
    Process tar =
        new ProcessBuilder("tar", "xf", archive.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertEquals(0, tar.waitFor());
    Map<String, String> sources = new HashMap<>();
    try (var files = Files.list(folder.resolve("llamacpp/templates"))) {
      for (Path file : files.toList()) {
        sources.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    Comparison all = compare(sources, golden());
    System.out.printf(
        "%d public templates: %d renderings equal to jinja2's, %d times the same error, %d differ%n",
        sources.size(), all.equal, all.sameErrors, all.different.size());
    assertEquals(List.of(), all.different);
    assertTrue(sources.size() >= 50, () -> sources.size() + " templates");
  }

  private static Map<String, String> own() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (JsonNode template : golden().get("templates")) {
      String name = template.get("name").asText();
      try (InputStream in = TemplateGoldenTest.class.getResourceAsStream("/templates/" + name)) {
        if (in != null) {
          sources.put(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    return sources;
  }

  private static Comparison compare(Map<String, String> sources, JsonNode golden) {
    int equal = 0;
    int sameErrors = 0;
    List<String> different = new ArrayList<>();
    Map<String, String> specials = new HashMap<>();
    golden
        .get("specials")
        .properties()
        .forEach(field -> specials.put(field.getKey(), field.getValue().asText()));
    for (JsonNode template : golden.get("templates")) {
      String source = sources.get(template.get("name").asText());
      if (source == null) {
        continue;
      }
      assertEquals(template.get("source").asText(), hash(source), template.get("name").asText());
      JinjaChatTemplate ours = JinjaChatTemplate.of(source, specials, CLOCK);
      for (int i = 0; i < golden.get("inputs").size(); i++) {
        String expected = template.get("outcomes").get(i).asText();
        String actual = outcome(ours, (ObjectNode) golden.get("inputs").get(i).get("variables"));
        if (actual.equals(expected)) {
          equal++;
        } else if (isSameError(expected, actual)) {
          sameErrors++;
        } else {
          different.add(
              template.get("name").asText() + " " + i + ": " + expected + " but was " + actual);
        }
      }
    }
    return new Comparison(equal, sameErrors, different);
  }

  /// An error that the template itself raises must come with its own words; of others the kind of
  /// mistake is jinja2's to name.
  private static boolean isSameError(String expected, String actual) {
    String raised = "TemplateError: ";
    return expected.contains(": ")
        && actual.startsWith("the chat template: line ")
        && (!expected.startsWith(raised) || actual.endsWith(expected.substring(raised.length())));
  }

  private static String outcome(JinjaChatTemplate template, ObjectNode variables) {
    try {
      return hash(template.render(variables));
    } catch (TemplateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
