package dev.stellwerk.inference.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;

/// Reads JSON that a model wrote.
final class WrittenJson {
  /// Longer arguments are not kept; the call fails like one that is not JSON.
  static final int CHARS_MAX = 1 << 22;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private WrittenJson() {}

  /// One JSON value; blank text is an empty object.
  static Optional<JsonNode> read(String text) {
    if (text.isBlank()) {
      return Optional.of(JsonNodeFactory.instance.objectNode());
    }
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /// Arguments; text that is no JSON as a JSON string, which no object schema accepts, so that the
  /// model is told.
  static JsonNode arguments(String text) {
    return read(text).orElseGet(() -> JsonNodeFactory.instance.textNode(text));
  }
}
