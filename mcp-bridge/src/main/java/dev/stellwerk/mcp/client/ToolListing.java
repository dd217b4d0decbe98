package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a server offers, checked and bounded: `tools/list` turned into specifications.
///
/// A tool that cannot be offered (no usable schema, a schema beyond its bound) is left out with a
/// reason; the others stay.
///
/// @param tools by the name that we offer, in the server's order
/// @param leftOut one line a tool that is not offered
record ToolListing(Map<String, Offered> tools, List<String> leftOut) {
  private static final int RAW_NAME_CHARS_MAX = 256;
  private static final int NAME_CHARS_MAX = 64;
  private static final int HASH_CHARS = 8;

  static final ToolListing EMPTY = new ToolListing(Map.of(), List.of());

  /// A tool and the name that its server knows it by.
  record Offered(String rawName, Tool.Spec spec) {}

  ToolListing {
    tools = Collections.unmodifiableMap(new LinkedHashMap<>(tools));
    leftOut = List.copyOf(leftOut);
  }

  /// Asks for all pages.
  static ToolListing fetch(McpSession session, boolean trusted, McpLimits limits, Duration timeout)
      throws McpException, InterruptedException {
    if (!session.offersTools()) {
      return EMPTY;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    Map<String, JsonNode> raw = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    Set<String> cursors = new LinkedHashSet<>();
    String cursor = "";
    do {
      ObjectNode params = JsonNodeFactory.instance.objectNode();
      if (!cursor.isEmpty()) {
        params.put("cursor", cursor);
      }
      Duration remaining = Duration.ofNanos(deadline - System.nanoTime());
      JsonNode page = session.request("tools/list", params, remaining);
      for (JsonNode tool : page.path("tools")) {
        String name = tool.path("name").asText();
        if (raw.size() == limits.toolsMax()) {
          leftOut.add("the rest: more than " + limits.toolsMax() + " tools");
          return read(raw, leftOut, trusted, limits);
        }
        if (name.isEmpty() || name.length() > RAW_NAME_CHARS_MAX) {
          leftOut.add("a tool whose name has " + name.length() + " characters");
        } else if (raw.putIfAbsent(name, tool) != null) {
          leftOut.add(UntrustedText.line(name, NAME_CHARS_MAX) + ": listed twice");
        }
      }
      cursor = page.path("nextCursor").asText("");
    } while (!cursor.isEmpty() && cursors.add(cursor) && cursors.size() < limits.toolPagesMax());
    return read(raw, leftOut, trusted, limits);
  }

  /// Turns the listed tools into specifications.
  static ToolListing read(
      Map<String, JsonNode> raw, List<String> leftOut, boolean trusted, McpLimits limits) {
    Map<String, Offered> tools = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>(leftOut);
    raw.forEach(
        (rawName, tool) -> {
          String name = offeredName(rawName, raw.keySet());
          String problem =
              tools.containsKey(name) ? "its name meets another's" : problem(tool, limits);
          if (problem.isEmpty()) {
            tools.put(name, new Offered(rawName, spec(name, tool, trusted, limits)));
          } else {
            problems.add(name + ": " + problem);
          }
        });
    return new ToolListing(tools, problems);
  }

  /// Annotations are hints from the server itself: without trust they are worth nothing, and what
  /// is not said is the worst, as the specification has it.
  static Tool.Effects effects(JsonNode annotations, boolean trusted) {
    if (!trusted) {
      return Tool.Effects.UNKNOWN;
    }
    boolean readOnly = annotations.path("readOnlyHint").asBoolean(false);
    return new Tool.Effects(
        readOnly,
        readOnly || annotations.path("idempotentHint").asBoolean(false),
        !readOnly && annotations.path("destructiveHint").asBoolean(true),
        annotations.path("openWorldHint").asBoolean(true));
  }

  private static Tool.Spec spec(String name, JsonNode tool, boolean trusted, McpLimits limits) {
    ObjectNode input = ((ObjectNode) tool.get("inputSchema")).deepCopy();
    if (!input.has("type")) {
      input.put("type", "object");
    }
    String text = tool.path("description").asText(tool.path("title").asText(""));
    JsonNode output = tool.path("outputSchema");
    return new Tool.Spec(
        name,
        UntrustedText.clean(text, limits.descriptionCharsMax()).strip(),
        input,
        output.isObject() ? Optional.of(output) : Optional.empty(),
        effects(tool.path("annotations"), trusted));
  }

  private static String problem(JsonNode tool, McpLimits limits) {
    JsonNode input = tool.path("inputSchema");
    if (!input.isObject()) {
      return "it has no input schema";
    }
    if (!input.path("type").asText("object").equals("object")) {
      return "its input schema is not of an object";
    }
    int size = Math.max(input.toString().length(), tool.path("outputSchema").toString().length());
    return size > limits.schemaBytesMax()
        ? "a schema of it is larger than " + limits.schemaBytesMax() + " bytes"
        : "";
  }

  /// The server's name where we can carry it; else its characters mapped to `_`, and a hash of the
  /// whole where that alone would meet another tool. The same server yields the same names in
  /// whatever order it lists.
  private static String offeredName(String rawName, Set<String> raw) {
    String name = ToolNames.representable(rawName);
    long alike = raw.stream().filter(r -> ToolNames.representable(r).equals(name)).count();
    if (name.equals(rawName) || alike == 1) {
      return name;
    }
    String head = name.substring(0, Math.min(name.length(), NAME_CHARS_MAX - HASH_CHARS - 1));
    return head + "_%08x".formatted(rawName.hashCode());
  }
}
