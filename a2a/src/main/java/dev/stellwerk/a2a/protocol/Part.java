package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// One piece of a message or artifact: exactly one of text, raw (base64), url or data.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Part(
    @Nullable String text,
    @Nullable String raw,
    @Nullable String url,
    @Nullable JsonNode data,
    @Nullable String filename,
    @Nullable String mediaType) {
  public static Part text(String text) {
    return new Part(text, null, null, null, null, null);
  }
}
