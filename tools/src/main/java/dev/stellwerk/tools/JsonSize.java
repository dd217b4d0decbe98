package dev.stellwerk.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// The size of a JSON value as text, to within its escapes. Counts without recursion, so that deep
/// nesting costs heap and not stack, and stops early.
final class JsonSize {
  private JsonSize() {}

  static long bytes(JsonNode root, long max) {
    Deque<JsonNode> open = new ArrayDeque<>();
    open.push(root);
    long bytes = 0;
    while (!open.isEmpty() && bytes < max) {
      JsonNode node = open.pop();
      if (node.isObject()) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          bytes += Utf8.length(field.getKey()) + 4;
          open.push(field.getValue());
        }
        bytes += 2;
      } else if (node.isArray()) {
        node.forEach(open::push);
        bytes += node.size() + 2;
      } else {
        bytes += scalar(node);
      }
    }
    return Math.min(bytes, max);
  }

  private static long scalar(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> Utf8.length(node.textValue()) + 2;
      case BINARY -> node.asText().length() + 2L;
      case NUMBER -> node.isBigInteger() ? node.bigIntegerValue().bitLength() / 3 + 1L : 20;
      default -> 5;
    };
  }
}
