package dev.stellwerk.runtime.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.stellwerk.tools.agent.AgentTask;
import java.util.List;
import java.util.Set;

/// The body of `POST /v1/runs`.
final class RunRequest {
  static final int CONTEXT_ID_CHARS_MAX = 200;

  private static final ObjectReader JSON =
      new ObjectMapper()
          .readerFor(JsonNode.class)
          .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> KNOWN = Set.of("request", "contextId");

  private RunRequest() {}

  /// Reads a body.
  ///
  /// @throws BadRequestException when it is not what it should be; the message says what is wrong
  static AgentTask parse(String body, int requestCharsMax) {
    JsonNode json;
    try {
      json = JSON.readValue(body);
    } catch (JsonProcessingException e) {
      throw new BadRequestException("the body is not JSON: " + e.getOriginalMessage());
    }
    if (json == null || !json.isObject()) {
      throw new BadRequestException(
          "the body must be an object, for instance {\"request\": \"…\"}");
    }
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (!KNOWN.contains(name)) {
                throw new BadRequestException("unknown field '" + name + "'");
              }
            });
    String request = text(json, "request", requestCharsMax);
    if (request.isBlank()) {
      throw new BadRequestException("'request' is missing or empty");
    }
    return new AgentTask(request, text(json, "contextId", CONTEXT_ID_CHARS_MAX), List.of());
  }

  private static String text(JsonNode json, String name, int charsMax) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return "";
    }
    if (!value.isTextual()) {
      throw new BadRequestException("'" + name + "' must be a string");
    }
    if (value.textValue().length() > charsMax) {
      throw new BadRequestException("'" + name + "' is longer than " + charsMax + " characters");
    }
    return value.textValue();
  }
}
