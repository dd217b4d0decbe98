package dev.stellwerk.runtime.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.runtime.hub.ModelPull.Pulled;
import dev.stellwerk.runtime.hub.ModelPull.Wanted;
import dev.stellwerk.runtime.hub.Repositories.Listed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Repositories of a hub that lists files and sends transfers elsewhere, as the real one does.
final class HubTest {
  private static final String TREE = "/api/models/kimi/k2/tree/main";

  @TempDir Path directory;

  private final FileServer hub = new FileServer("127.0.0.1");
  private final FileServer elsewhere = new FileServer("localhost");

  @AfterEach
  void stop() {
    hub.close();
    elsewhere.close();
  }

  private List<Pulled> pull(String model) throws InterruptedException {
    HubSettings settings =
        new HubSettings(hub.url(""), Optional.of("s3cret"), "HF_TOKEN", 2_000, 2_000, 3);
    return new ModelPull(settings, PullProgress.NONE, _ -> {}, _ -> Long.MAX_VALUE)
        .run(new Wanted(model, "main", List.of(), directory));
  }

  private String refused(String model) {
    return String.valueOf(assertThrows(HubException.class, () -> pull(model)).getMessage());
  }

  /// Puts files into the repository; their transfers are sent to the other server.
  private void offer(String... paths) {
    List<String> entries = new ArrayList<>();
    for (String path : paths) {
      byte[] bytes = content(path);
      String stored = "/cdn/" + path.hashCode();
      elsewhere.file(stored, bytes, "\"x\"");
      String resolve = "/kimi/k2/resolve/main/" + path;
      for (int i = 0; i < 4; i++) {
        hub.next(
            resolve,
            FileServer.status(
                302,
                "Location",
                elsewhere.url(stored) + "?Signature=abc",
                "X-Linked-ETag",
                "\"" + DownloadTest.sha256(bytes) + "\""));
      }
      entries.add(
          "{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"oid\":\"0\",\"lfs\":{\"oid\":\"%s\",\"size\":%d}}"
              .formatted(path, bytes.length, DownloadTest.sha256(bytes), bytes.length));
    }
    hub.text(TREE, "[" + String.join(",", entries) + "]");
  }

  private static byte[] content(String path) {
    return DownloadTest.random(path.hashCode(), 50_000 + path.length());
  }

  private void assertPulled(List<Pulled> pulled, String... paths) throws Exception {
    assertEquals(paths.length, pulled.size());
    for (int i = 0; i < paths.length; i++) {
      String name = paths[i].substring(paths[i].lastIndexOf('/') + 1);
      assertEquals(directory.resolve(name), pulled.get(i).path());
      assertArrayEquals(content(paths[i]), Files.readAllBytes(pulled.get(i).path()));
      assertTrue(pulled.get(i).verified());
    }
  }

  @Test
  void theTokenGoesToTheHubOnly() throws Exception {
    offer("k2-Q4_K_M.gguf");
    assertPulled(pull("kimi/k2"), "k2-Q4_K_M.gguf");
    assertEquals(2, hub.seen.size());
    assertTrue(
        hub.seen.stream().allMatch(seen -> seen.header("Authorization").equals("Bearer s3cret")));
    assertEquals(1, elsewhere.seen.size());
    assertEquals("", elsewhere.seen.getFirst().header("Authorization"));
  }

  @Test
  void anAddressOfTheHubIsCheckedAgainstWhatTheHubSays() throws Exception {
    offer("k2-Q4_K_M.gguf");
    String url = hub.url("/kimi/k2/blob/main/k2-Q4_K_M.gguf").toString();
    assertPulled(pull(url), "k2-Q4_K_M.gguf");
    Files.delete(directory.resolve("k2-Q4_K_M.gguf"));
    elsewhere.file(
        "/cdn/" + "k2-Q4_K_M.gguf".hashCode(), new byte[content("k2-Q4_K_M.gguf").length], "");
    assertTrue(refused(url).contains("has the SHA-256"));
  }

  @Test
  void anotherServerLearnsNoTokenAndIsNotBelievedAboutChecksums() throws Exception {
    byte[] bytes = content("x");
    elsewhere.file("/x.gguf", bytes, "\"x\"");
    List<Pulled> pulled = pull(elsewhere.url("/x.gguf").toString());
    assertFalse(pulled.getFirst().verified());
    assertTrue(elsewhere.seen.stream().allMatch(seen -> seen.header("Authorization").isEmpty()));
  }

  @Test
  void aQuantisationNamesOneModel() throws Exception {
    offer("k2-Q4_K.gguf", "k2-Q4_K_M.gguf", "k2-Q8_0.gguf", "mmproj-k2-Q8_0.gguf", "README.md");
    assertPulled(pull("kimi/k2:q4_k"), "k2-Q4_K.gguf");
    assertPulled(pull("kimi/k2:Q8_0"), "k2-Q8_0.gguf");
    assertPulled(pull("kimi/k2:mmproj-k2-Q8_0.gguf"), "mmproj-k2-Q8_0.gguf");
    String message = refused("kimi/k2");
    assertTrue(message.contains("several models; say which after a colon"), message);
    assertTrue(message.contains("k2-Q4_K_M.gguf"), message);
    assertTrue(refused("kimi/k2:Q5_K").contains("has no model 'Q5_K'"));
  }

  @Test
  void allPartsOfASplitModelAreOneModel() throws Exception {
    String[] parts = {
      "Q4/k2-Q4-00001-of-00003.gguf", "Q4/k2-Q4-00002-of-00003.gguf", "Q4/k2-Q4-00003-of-00003.gguf"
    };
    offer(parts[2], parts[0], parts[1], "Q8/k2-Q8-00001-of-00001.gguf");
    assertPulled(pull("kimi/k2:Q4"), parts);
    assertPulled(pull("kimi/k2:Q4/k2-Q4-00002-of-00003.gguf"), parts);
    String url = hub.url("/kimi/k2/resolve/main/" + parts[1]).toString();
    assertPulled(pull(url), parts);
    offer(parts[0], parts[2]);
    assertTrue(refused("kimi/k2:Q4").contains("lacks " + parts[1]));
  }

  @Test
  void aListOfSeveralPagesIsReadToItsEnd() throws Exception {
    offer("k2-Q4_K_M.gguf");
    FileServer.Content last = hub.files.get(TREE);
    hub.file("/api/page2", last == null ? new byte[0] : last.bytes, "");
    hub.next(
        TREE,
        (exchange, _) -> {
          exchange
              .getResponseHeaders()
              .add("Link", "<" + hub.url("/api/page2") + "?cursor=x>; rel=\"next\"");
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("[]".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
    assertPulled(pull("kimi/k2"), "k2-Q4_K_M.gguf");
    hub.next(
        TREE,
        (exchange, _) -> {
          exchange
              .getResponseHeaders()
              .add("Link", "<" + elsewhere.url("/api/page2") + ">; rel=\"next\"");
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("[]".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
    assertTrue(refused("kimi/k2").contains("goes on at another server"));
  }

  @Test
  void answersThatAreNoListAreRefused() {
    hub.text(TREE, "<html>");
    assertTrue(refused("kimi/k2").contains("not JSON"));
    hub.text(TREE, "{}");
    assertTrue(refused("kimi/k2").contains("no list of files"));
    hub.text(TREE, "[]");
    assertTrue(refused("kimi/k2").contains("has no GGUF files"));
    hub.text(TREE, "[{\"type\":\"file\",\"path\":\"a/.gguf\",\"size\":1}]");
    assertTrue(refused("kimi/k2").contains("not the name of a GGUF file"));
    assertTrue(refused("kimi/other").contains("is not there (404)"));
  }

  @Test
  void whatIsNoReferenceIsSaidSo() {
    for (String text : List.of("kimi", "a/b/c", "/x/y", "../x/y", "a b/c", "")) {
      assertTrue(refused(text).contains("neither an https address"), text);
    }
  }

  @Test
  void settingsDoNotShowTheToken() {
    HubSettings settings = new HubSettings(hub.url(""), Optional.of("s3cret"), "HF_TOKEN", 1, 1, 1);
    assertFalse(settings.toString().contains("s3cret"));
  }

  @Test
  void wordsOfNamesAreWhole() {
    List<Listed> files =
        List.of(
            new Listed("k2-Q4_K_M.gguf", 1, Optional.empty()),
            new Listed("k2.Q4_K.gguf", 1, Optional.empty()));
    assertEquals("k2.Q4_K.gguf", ModelChoice.pick("r", files, "Q4_K").getFirst().path());
  }
}
