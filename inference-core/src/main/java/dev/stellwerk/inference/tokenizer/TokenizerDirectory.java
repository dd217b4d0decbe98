package dev.stellwerk.inference.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Pieces.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A model's folder as Hugging Face lays it out: the files beside the tokenizer proper.
final class TokenizerDirectory {
  /// Of a `tokenizer.json` or `tiktoken.model`; the largest known ones have 34 MB.
  static final long VOCABULARY_BYTES_MAX = 128L << 20;

  /// Of each of the small files.
  static final long SETTINGS_BYTES_MAX = 4L << 20;

  static final String SETTINGS = "tokenizer_config.json";

  private static final int SPECIALS_MAX = 65_536;

  private final Path folder;
  private final JsonNode settings;

  TokenizerDirectory(Path folder) {
    this.folder = folder;
    this.settings = json(SETTINGS);
  }

  /// @throws ModelFileException when there is no tokenizer in the folder, one of an unknown kind,
  ///   or a broken one
  Tokenizer read() {
    Path tiktoken = folder.resolve("tiktoken.model");
    if (Files.exists(tiktoken)) {
      return TiktokenFile.read(tiktoken, this);
    }
    Path json = folder.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return TokenizerJson.read(json, this);
    }
    throw new ModelFileException(
        folder,
        "tokenizer",
        Files.isDirectory(folder)
            ? "the folder has neither tokenizer.json nor tiktoken.model"
            : "is not a folder");
  }

  /// Reads a file of at most so many bytes.
  static byte[] bytes(Path file, long bytesMax) {
    try {
      long size = Files.size(file);
      if (size > bytesMax) {
        throw new ModelFileException(
            file, "file", size + " bytes; expected at most " + bytesMax + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ModelFileException(file, "file", "cannot be read: " + e.getMessage(), e);
    }
  }

  /// The name of the class that reads this tokenizer in Python, or nothing.
  String tokenizerClass() {
    return settings.path("tokenizer_class").asText("");
  }

  /// A special token that the settings add.
  record Added(int id, String text, Kind kind) {}

  /// `added_tokens_decoder`.
  List<Added> added() {
    List<Added> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : settings.path("added_tokens_decoder").properties()) {
      int id = id(entry.getKey());
      JsonNode content = entry.getValue().path("content");
      if (id < 0 || !content.isTextual() || all.size() == SPECIALS_MAX) {
        throw bad("added_tokens_decoder", "expected at most " + SPECIALS_MAX + " tokens by id");
      }
      String text = content.asText();
      boolean special = entry.getValue().path("special").asBoolean(false);
      all.add(new Added(id, text, special ? Kind.CONTROL : Pieces.added(id, text)));
    }
    return all;
  }

  /// Sets what the folder says of the tokens around a prompt and at the end of a turn, once all
  /// tokens are known.
  void finish(Pieces pieces) {
    ends("generation_config.json", pieces);
    ends("config.json", pieces);
    Integer eos = pieces.specials.get(text("eos_token"));
    if (eos != null) {
      pieces.ends.set(eos);
    }
    pieces.finish();
    if (settings.path("add_bos_token").asBoolean(false)) {
      pieces.begin = pieces.special(text("bos_token"));
    } else if (settings.has("add_bos_token")) {
      pieces.begin = OptionalInt.empty();
    }
    if (settings.path("add_eos_token").asBoolean(false)) {
      pieces.end = pieces.special(text("eos_token"));
    }
  }

  /// A token in the settings is its text, or an object around it.
  private String text(String name) {
    JsonNode token = settings.path(name);
    return token.isObject() ? token.path("content").asText("") : token.asText("");
  }

  private void ends(String name, Pieces pieces) {
    JsonNode ids = json(name).path("eos_token_id");
    for (JsonNode each : ids.isArray() ? ids : List.of(ids)) {
      if (each.isInt() && each.intValue() >= 0 && each.intValue() < pieces.bytes.length) {
        pieces.ends.set(each.intValue());
      }
    }
  }

  private JsonNode json(String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      return new ObjectMapper().readTree(bytes(file, SETTINGS_BYTES_MAX));
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file, "file", "not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ModelFileException(file, "file", "cannot be read: " + e.getMessage(), e);
    }
  }

  private ModelFileException bad(String field, String problem) {
    return new ModelFileException(folder.resolve(SETTINGS), field, problem);
  }

  private static int id(String text) {
    if (text.isEmpty() || text.length() > 9) {
      return -1;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return -1;
      }
    }
    int id = Integer.parseInt(text);
    return id < Pieces.TOKENS_MAX ? id : -1;
  }
}
