package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.tools.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A `tools/call` result turned into ours, within its bounds.
final class CallResults {
  private final Tool.Call call;
  private final McpLimits limits;
  private final List<Tool.Content> content = new ArrayList<>();
  private long size;

  private CallResults(Tool.Call call, McpLimits limits) {
    this.call = call;
    this.limits = limits;
  }

  static Tool.Result read(Tool.Call call, JsonNode result, McpLimits limits) {
    return new CallResults(call, limits).read(result);
  }

  private Tool.Result read(JsonNode result) {
    JsonNode parts = result.path("content");
    if (parts.size() > limits.resultPartsMax()) {
      return unusable("the answer has more than " + limits.resultPartsMax() + " parts");
    }
    for (JsonNode part : parts) {
      add(part);
    }
    JsonNode structured = result.path("structuredContent");
    boolean hasStructured = structured.isObject();
    if (hasStructured) {
      String text = structured.toString();
      size += text.length();
      if (content.isEmpty()) {
        content.add(new Tool.Content.Text(text));
      }
    }
    if (size > limits.resultBytesMax()) {
      return unusable("the answer is larger than " + limits.resultBytesMax() + " bytes");
    }
    if (result.path("isError").asBoolean(false)) {
      return new Tool.Result.Failure(call.id(), Tool.Reason.TOOL_ERROR, errorText(), false);
    }
    return new Tool.Result.Success(
        call.id(), content, hasStructured ? Optional.of(structured) : Optional.empty());
  }

  private void add(JsonNode part) {
    String type = part.path("type").asText();
    switch (type) {
      case "text" -> text(part.path("text").asText());
      case "image", "audio" -> binary(part, part.path("data").asText());
      case "resource_link" -> link(part, part.path("name").asText());
      case "resource" -> embedded(part.path("resource"));
      default -> text("[content of unknown type '" + UntrustedText.line(type, 40) + "']");
    }
  }

  private void embedded(JsonNode resource) {
    if (resource.has("text")) {
      text(resource.path("text").asText());
    } else if (resource.has("blob")) {
      binary(resource, resource.path("blob").asText());
    } else {
      link(resource, "");
    }
  }

  private void text(String text) {
    size += text.length();
    content.add(new Tool.Content.Text(text));
  }

  private void binary(JsonNode part, String base64) {
    size += base64.length();
    content.add(
        new Tool.Content.Binary(
            UntrustedText.line(part.path("mimeType").asText("application/octet-stream"), 100),
            base64));
  }

  private void link(JsonNode part, String name) {
    String uri = part.path("uri").asText();
    size += uri.length();
    content.add(
        new Tool.Content.Link(
            UntrustedText.line(uri, 2_000),
            UntrustedText.line(name, 200),
            Optional.ofNullable(part.path("mimeType").asText(null))
                .map(type -> UntrustedText.line(type, 100))));
  }

  private String errorText() {
    StringBuilder text = new StringBuilder();
    for (Tool.Content part : content) {
      if (part instanceof Tool.Content.Text(String line)) {
        text.append(text.isEmpty() ? "" : "\n").append(line);
      }
    }
    return text.isEmpty() ? "the tool reported an error without a text" : text.toString();
  }

  private Tool.Result unusable(String why) {
    return new Tool.Result.Failure(call.id(), Tool.Reason.INVALID_RESULT, why, false);
  }
}
