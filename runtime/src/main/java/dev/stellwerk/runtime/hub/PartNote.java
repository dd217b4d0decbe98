package dev.stellwerk.runtime.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Remembers beside a partial file which one it is part of. Holds no token and no signed address.
final class PartNote {
  private static final int BYTES_MAX = 16 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private Optional<String> validator = Optional.empty();

  PartNote(Path path) {
    this.path = path;
  }

  /// The server's strong validator (ETag) of what was transferred.
  Optional<String> validator() {
    return validator;
  }

  /// Whether the note on the disk is about this file; reads the validator if it is.
  boolean fits(RemoteFile file) {
    validator = Optional.empty();
    try {
      if (!Files.exists(path) || Files.size(path) > BYTES_MAX) {
        return false;
      }
      JsonNode note = JSON.readTree(Files.readString(path));
      boolean fits =
          note != null
              && note.path("url").asText().equals(Addresses.shown(file.url()))
              && note.path("bytes").asLong() == file.bytes()
              && note.path("sha256").asText().equals(file.sha256().orElse(""));
      if (fits && note.hasNonNull("etag")) {
        validator = Optional.of(note.get("etag").asText());
      }
      return fits;
    } catch (IOException e) {
      return false; // no note that can be read: start over
    }
  }

  void write(RemoteFile file, Optional<String> etag) throws IOException {
    validator = etag;
    ObjectNode note = JSON.createObjectNode();
    note.put("url", Addresses.shown(file.url()));
    note.put("bytes", file.bytes());
    file.sha256().ifPresent(sum -> note.put("sha256", sum));
    etag.ifPresent(value -> note.put("etag", value));
    Files.writeString(path, note.toString());
  }

  void forget() throws IOException {
    validator = Optional.empty();
    Files.deleteIfExists(path);
  }
}
