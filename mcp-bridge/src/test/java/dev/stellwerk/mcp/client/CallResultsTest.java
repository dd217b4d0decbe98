package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallResultsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Tool.Call CALL = Scripted.call("t");

  @Test
  void everyKindOfContentHasItsPlace() throws IOException {
    Tool.Result result =
        read(
            """
            {"content": [
              {"type": "text", "text": "hello"},
              {"type": "image", "data": "AAAA", "mimeType": "image/png"},
              {"type": "audio", "data": "BBBB", "mimeType": "audio/wav"},
              {"type": "resource_link", "uri": "file:///a", "name": "a", "mimeType": "text/plain"},
              {"type": "resource", "resource": {"uri": "x:1", "text": "inside"}},
              {"type": "resource", "resource": {"uri": "x:2", "blob": "CCCC"}},
              {"type": "hologram"}
            ]}
            """);
    assertEquals(
        new Tool.Result.Success(
            "c1",
            List.of(
                new Tool.Content.Text("hello"),
                new Tool.Content.Binary("image/png", "AAAA"),
                new Tool.Content.Binary("audio/wav", "BBBB"),
                new Tool.Content.Link("file:///a", "a", Optional.of("text/plain")),
                new Tool.Content.Text("inside"),
                new Tool.Content.Binary("application/octet-stream", "CCCC"),
                new Tool.Content.Text("[content of unknown type 'hologram']")),
            Optional.empty()),
        result);
  }

  @Test
  void structuredContentIsKeptAndIsTheTextWhereThereIsNone() throws IOException {
    JsonNode structured = JSON.readTree("{\"n\":1}");
    assertEquals(
        new Tool.Result.Success(
            "c1", List.of(new Tool.Content.Text("{\"n\":1}")), Optional.of(structured)),
        read("{\"structuredContent\":{\"n\":1}}"));
    assertEquals(
        new Tool.Result.Success(
            "c1", List.of(new Tool.Content.Text("one")), Optional.of(structured)),
        read(
            "{\"content\":[{\"type\":\"text\",\"text\":\"one\"}],\"structuredContent\":{\"n\":1}}"));
  }

  @Test
  void anErrorOfTheToolIsAFailure() throws IOException {
    assertEquals(
        new Tool.Result.Failure("c1", Tool.Reason.TOOL_ERROR, "no such file", false),
        read("{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no such file\"}]}"));
    assertEquals(
        new Tool.Result.Failure(
            "c1", Tool.Reason.TOOL_ERROR, "the tool reported an error without a text", false),
        read("{\"isError\":true}"));
  }

  @Test
  void anEmptyResultIsASuccessWithoutContent() throws IOException {
    assertEquals(
        new Tool.Result.Success("c1", List.of(), Optional.empty()), read("{\"content\":[]}"));
    assertEquals(
        new Tool.Result.Success("c1", List.of(), Optional.empty()), read("{\"content\":\"text\"}"));
  }

  @Test
  void moreThanTheBoundsIsRefused() throws IOException {
    String part = "{\"type\":\"text\",\"text\":\"x\"}";
    String many = "{\"content\":[" + (part + ",").repeat(256) + part + "]}";
    assertEquals(Tool.Reason.INVALID_RESULT, Scripted.failure(read(many)).reason());
    String large =
        "{\"content\":[{\"type\":\"image\",\"data\":\"" + "A".repeat(4 * 1024 * 1024 + 1) + "\"}]}";
    assertEquals(Tool.Reason.INVALID_RESULT, Scripted.failure(read(large)).reason());
  }

  private static Tool.Result read(String json) throws IOException {
    return CallResults.read(CALL, JSON.readTree(json), McpLimits.DEFAULT);
  }
}
