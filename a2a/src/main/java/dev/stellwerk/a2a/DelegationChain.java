package dev.stellwerk.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The agents that a task has passed through, nearest last, carried in a message's metadata.
///
/// What a caller sends is a claim, so it can only make us refuse more, never less.
final class DelegationChain {
  static final String EXTENSION = "https://stellwerk.dev/a2a/extensions/delegation-chain/v1";

  /// How many agents a task may pass through.
  static final int DEPTH_MAX = 4;

  private static final int ENTRY_CHARS_MAX = 512;

  private DelegationChain() {}

  static ObjectNode write(List<String> ancestors) {
    ObjectNode metadata = A2aJson.MAPPER.createObjectNode();
    var list = metadata.putObject(EXTENSION).putArray("ancestors");
    ancestors.forEach(list::add);
    return metadata;
  }

  /// The ancestors in a message's metadata.
  ///
  /// @throws A2aException when the chain is malformed or longer than [#DEPTH_MAX]
  static List<String> read(@Nullable JsonNode metadata) {
    if (metadata == null || !metadata.has(EXTENSION)) {
      return List.of();
    }
    JsonNode list = metadata.get(EXTENSION).path("ancestors");
    if (!list.isArray() || list.size() > DEPTH_MAX) {
      throw new A2aException(
          A2aError.INVALID_PARAMS,
          "the delegation chain must be an array of at most " + DEPTH_MAX + " agents");
    }
    List<String> ancestors = new ArrayList<>();
    for (JsonNode entry : list) {
      if (!entry.isTextual() || entry.textValue().length() > ENTRY_CHARS_MAX) {
        throw new A2aException(
            A2aError.INVALID_PARAMS, "an agent in the delegation chain is not a short string");
      }
      ancestors.add(entry.textValue());
    }
    return List.copyOf(ancestors);
  }
}
