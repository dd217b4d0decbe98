package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ToolListingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void namesThatWeCannotCarryAreMappedAndStayApart() throws IOException {
    ToolListing listing =
        read(
            true, tool("files/read"), tool("files.read"), tool("files_read"), tool("x".repeat(70)));
    List<String> names = List.copyOf(listing.tools().keySet());
    assertEquals(4, names.size());
    assertTrue(names.stream().allMatch(name -> Tool.NAME.matcher(name).matches()), "" + names);
    assertEquals("files_read", names.get(2));
    assertEquals("files/read", offered(listing, names.get(0)).rawName());
    ToolListing reversed = read(true, tool("files.read"), tool("files_read"), tool("files/read"));
    assertEquals("files/read", offered(reversed, names.get(0)).rawName(), "whatever the order");
  }

  @Test
  void descriptionsLoseWhatCannotBeSeenAndTheirExcess() throws IOException {
    String hidden = "Reads.\\u001b[31m \\u202eevil\\u202c \\u200bzero \\udb40\\udc41tag\\nline";
    String description =
        offered(read(true, tool("a", "'description':'" + hidden + "'")), "a").spec().description();
    assertEquals("Reads.[31m evil zero tag\nline", description);
    ToolListing large = read(true, tool("a", "'description':'" + "d".repeat(5_000) + "'"));
    assertEquals(2_000, offered(large, "a").spec().description().length());
  }

  @Test
  void toolsWithoutAUsableSchemaAreLeftOutWithAReason() throws IOException {
    Map<String, JsonNode> raw = new LinkedHashMap<>();
    raw.put("none", JSON.readTree("{\"name\":\"none\"}"));
    raw.put("array", JSON.readTree("{\"name\":\"array\",\"inputSchema\":{\"type\":\"array\"}}"));
    raw.put(
        "huge",
        JSON.readTree(
            "{\"name\":\"huge\",\"inputSchema\":{\"x\":\"" + "y".repeat(70_000) + "\"}}"));
    raw.put("good", JSON.readTree("{\"name\":\"good\",\"inputSchema\":{}}"));
    ToolListing listing = ToolListing.read(raw, List.of(), true, McpLimits.DEFAULT);
    assertEquals(List.of("good"), List.copyOf(listing.tools().keySet()));
    assertEquals("object", offered(listing, "good").spec().inputSchema().path("type").asText());
    assertEquals(3, listing.leftOut().size());
    assertTrue(listing.leftOut().get(2).contains("larger than 65536"), "" + listing.leftOut());
  }

  @Test
  void annotationsCountForTrustedServersOnly() throws IOException {
    JsonNode reads = JSON.readTree("{\"readOnlyHint\":true,\"openWorldHint\":false}");
    assertEquals(Tool.Effects.READ_ONLY, ToolListing.effects(reads, true));
    assertEquals(Tool.Effects.UNKNOWN, ToolListing.effects(reads, false));
    JsonNode adds = JSON.readTree("{\"destructiveHint\":false,\"idempotentHint\":true}");
    assertEquals(new Tool.Effects(false, true, false, true), ToolListing.effects(adds, true));
    assertEquals(Tool.Effects.UNKNOWN, ToolListing.effects(JSON.readTree("{}"), true));
    JsonNode lies = JSON.readTree("{\"readOnlyHint\":\"yes\",\"destructiveHint\":0}");
    assertEquals(false, ToolListing.effects(lies, true).readOnly());
  }

  @Test
  void outputSchemasAreKept() throws IOException {
    ToolListing listing = read(true, tool("a", "'outputSchema':{'type':'object'}"), tool("b"));
    assertEquals(
        Optional.of(JSON.readTree("{\"type\":\"object\"}")),
        offered(listing, "a").spec().outputSchema());
    assertEquals(Optional.empty(), offered(listing, "b").spec().outputSchema());
  }

  private static ToolListing.Offered offered(ToolListing listing, String name) {
    ToolListing.Offered offered = listing.tools().get(name);
    if (offered == null) {
      throw new AssertionError("no " + name + " in " + listing.tools().keySet());
    }
    return offered;
  }

  private static String tool(String name, String... more) {
    String rest = more.length == 0 ? "" : "," + String.join(",", more);
    return "{'name':'%s','inputSchema':{'type':'object'}%s}"
        .formatted(name, rest)
        .replace('\'', '"');
  }

  private static ToolListing read(boolean trusted, String... tools) throws IOException {
    Map<String, JsonNode> raw = new LinkedHashMap<>();
    for (String tool : tools) {
      JsonNode node = JSON.readTree(tool);
      raw.put(node.path("name").asText(), node);
    }
    return ToolListing.read(raw, List.of(), trusted, McpLimits.DEFAULT);
  }
}
