package dev.stellwerk.inference.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A `tokenizer.json` of Hugging Face's tokenizers library, read as a stream: its vocabulary and
/// its merges would make a tree of many times the file.
final class TokenizerJson {
  private static final int TREE_NODES_MAX = 1 << 20;
  private static final int DEPTH_MAX = 64;

  private final Path file;
  private final ObjectNode rules = new ObjectMapper().createObjectNode();
  private final ObjectNode model = rules.objectNode();
  private @Nullable String[] texts = new String[1 << 10];
  private int textCount;
  private final List<String> merges = new ArrayList<>(); // left, right, left, right, ...

  private TokenizerJson(Path file) {
    this.file = file;
  }

  static Tokenizer read(Path file, TokenizerDirectory folder) {
    byte[] bytes = TokenizerDirectory.bytes(file, TokenizerDirectory.VOCABULARY_BYTES_MAX);
    TokenizerJson json = new TokenizerJson(file);
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(1 << 20)
                    .build())
            .build();
    try (JsonParser parser = factory.createParser(bytes)) {
      json.readAll(parser);
    } catch (JsonProcessingException e) {
      throw json.bad("file", "not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw json.bad("file", "cannot be read: " + e.getMessage());
    }
    return new TokenizerJsonRules(file, json.rules, json.model, folder)
        .build(json.texts, json.textCount, json.merges);
  }

  private void readAll(JsonParser parser) throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "file", "an object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("model")) {
        expect(value, JsonToken.START_OBJECT, name, "an object");
        readModel(parser);
      } else {
        rules.set(name, tree(parser, name));
      }
    }
    if (parser.nextToken() != null) {
      throw bad("file", "goes on behind its object");
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "vocab" -> {
          expect(value, JsonToken.START_OBJECT, "model.vocab", "an object (a BPE model's)");
          readVocabulary(parser);
        }
        case "merges" -> {
          expect(value, JsonToken.START_ARRAY, "model.merges", "an array");
          readMerges(parser);
        }
        default -> model.set(name, tree(parser, "model." + name));
      }
    }
  }

  private void readVocabulary(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String text = parser.currentName();
      JsonToken value = parser.nextToken();
      int id = value == JsonToken.VALUE_NUMBER_INT ? parser.getValueAsInt(-1) : -1;
      if (id < 0 || id >= Pieces.TOKENS_MAX) {
        throw bad("model.vocab", "expected ids below " + Pieces.TOKENS_MAX);
      }
      if (id >= texts.length) {
        texts = Arrays.copyOf(texts, Math.max(id + 1, 2 * texts.length));
      }
      if (texts[id] != null) {
        throw bad("model.vocab", "two tokens have the id " + id);
      }
      texts[id] = text;
      textCount = Math.max(textCount, id + 1);
    }
  }

  /// Merges are `"left right"`, or, in newer files, `["left", "right"]`.
  private void readMerges(JsonParser parser) throws IOException {
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      int rank = merges.size() / 2;
      if (rank == VocabularyBuilder.MERGES_MAX) {
        throw bad("model.merges", "expected at most " + VocabularyBuilder.MERGES_MAX);
      }
      if (token == JsonToken.VALUE_STRING) {
        String line = parser.getText();
        int space = line.indexOf(' ', 1);
        if (space < 0) {
          throw bad("model.merges", "merge " + rank + " is not two tokens with a space between");
        }
        merges.add(line.substring(0, space));
        merges.add(line.substring(space + 1));
      } else if (token == JsonToken.START_ARRAY) {
        String left = parser.nextTextValue();
        String right = left == null ? null : parser.nextTextValue();
        if (left == null || right == null || parser.nextToken() != JsonToken.END_ARRAY) {
          throw bad("model.merges", "merge " + rank + " is not two tokens");
        }
        merges.add(left);
        merges.add(right);
      } else {
        throw bad("model.merges", "merge " + rank + " is not two tokens");
      }
    }
  }

  /// A value as a tree of bounded size.
  private JsonNode tree(JsonParser parser, String field) throws IOException {
    JsonParser counting =
        new JsonParserDelegate(parser) {
          private int left = TREE_NODES_MAX;

          @Override
          public @Nullable JsonToken nextToken() throws IOException {
            if (--left < 0) {
              throw bad(field, "more than " + TREE_NODES_MAX + " values");
            }
            return super.nextToken();
          }
        };
    return new ObjectMapper().readTree(counting);
  }

  private void expect(
      @Nullable JsonToken token, JsonToken wanted, String field, String description) {
    if (token != wanted) {
      throw bad(field, "expected " + description);
    }
  }

  private ModelFileException bad(String field, String problem) {
    return new ModelFileException(file, field, problem);
  }
}
