package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One message between a client and an agent.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Message(
    String messageId,
    @Nullable String contextId,
    @Nullable String taskId,
    String role,
    List<Part> parts,
    @Nullable JsonNode metadata) {
  public static final String ROLE_USER = "ROLE_USER";
  public static final String ROLE_AGENT = "ROLE_AGENT";

  @SuppressWarnings(
      "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
  public Message {
    messageId = messageId == null ? "" : messageId;
    role = role == null ? "" : role;
    parts = parts == null ? List.of() : List.copyOf(parts);
  }

  /// The message's text parts, a line each.
  public String text() {
    return parts.stream()
        .map(Part::text)
        .filter(Objects::nonNull)
        .collect(Collectors.joining("\n"));
  }
}
