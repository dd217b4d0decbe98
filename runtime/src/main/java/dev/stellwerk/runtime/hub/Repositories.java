package dev.stellwerk.runtime.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.runtime.hub.ModelReference.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads which files a repository of the hub has (`GET
/// /api/models/OWNER/REPOSITORY/tree/REVISION?recursive=true`, in pages).
final class Repositories {
  private static final int ANSWER_BYTES_MAX = 16 << 20;
  private static final int PAGES_MAX = 50;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final Pattern SHA256 = Pattern.compile("(sha256:)?([0-9a-f]{64})");

  /// A file of a repository.
  ///
  /// @param sha256 as the hub has it for large files
  record Listed(String path, long bytes, Optional<String> sha256) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HubSettings settings;
  private final HubHttp http;
  private final Retries retries;

  Repositories(HubSettings settings, HubHttp http, Retries retries) {
    this.settings = settings;
    this.http = http;
    this.retries = retries;
  }

  /// The GGUF files of a repository.
  List<Listed> list(Repository repository, String revision) throws InterruptedException {
    List<Listed> files = new ArrayList<>();
    Optional<URI> page =
        Optional.of(
            Addresses.below(
                settings.url(),
                "/api/models/" + repository.id() + "/tree/" + revision,
                "recursive=true"));
    for (int pages = 0; page.isPresent(); pages++) {
      if (pages == PAGES_MAX) {
        throw new HubException(repository.id() + " has more than " + PAGES_MAX + " pages of files");
      }
      URI url = page.get();
      page = retries.run(() -> read(url, files));
    }
    return files;
  }

  /// The address of a file.
  URI file(Repository repository, String revision, String path) {
    return Addresses.below(
        settings.url(), "/" + repository.id() + "/resolve/" + revision + "/" + path, "");
  }

  /// Reads one page into the list and returns the next one's address.
  private Optional<URI> read(URI url, List<Listed> files) throws TransientException {
    try (HubHttp.Reply reply = http.get(url, Map.of("Accept", "application/json"))) {
      byte[] bytes;
      try (InputStream body = reply.body()) {
        bytes = body.readNBytes(ANSWER_BYTES_MAX + 1);
      } catch (IOException e) {
        throw new TransientException(
            Addresses.shown(url) + ": " + e.getMessage(), false, Optional.empty(), e);
      }
      if (bytes.length > ANSWER_BYTES_MAX) {
        throw new HubException(Addresses.shown(url) + ": the list of files is too long");
      }
      files.addAll(parse(url, bytes));
      return next(url, reply);
    }
  }

  private static List<Listed> parse(URI url, byte[] bytes) {
    JsonNode answer;
    try {
      answer = JSON.readTree(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new HubException(Addresses.shown(url) + " answers something that is not JSON", e);
    }
    if (!answer.isArray()) {
      throw new HubException(Addresses.shown(url) + " answers something that is no list of files");
    }
    List<Listed> files = new ArrayList<>();
    for (JsonNode entry : answer) {
      String path = entry.path("path").asText();
      if (entry.path("type").asText().equals("file") && path.endsWith(".gguf")) {
        JsonNode large = entry.path("lfs");
        long bytesOf = large.path("size").asLong(entry.path("size").asLong(0));
        files.add(new Listed(path, bytesOf, sha256(large.path("oid").asText())));
      }
    }
    return files;
  }

  private static Optional<String> sha256(String text) {
    Matcher match = SHA256.matcher(text);
    return match.matches() ? Optional.of(match.group(2)) : Optional.empty();
  }

  private Optional<URI> next(URI url, HubHttp.Reply reply) {
    Matcher link = NEXT.matcher(reply.header("Link").orElse(""));
    if (!link.find()) {
      return Optional.empty();
    }
    URI next = Addresses.redirected(url, link.group(1));
    if (!Addresses.sameOrigin(next, settings.url())) {
      throw new HubException(Addresses.shown(url) + " goes on at another server");
    }
    return Optional.of(next);
  }
}
