package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts the scripted server and calls its tools.
final class Scripted {
  static final McpLimits LIMITS = McpLimits.DEFAULT.withTimeouts(20_000, 20_000, 500);

  private Scripted() {}

  static McpServer.Stdio server(String mode, Map<String, String> environment) {
    return new McpServer.Stdio(
        "scripted", true, "sh", List.of(script().toString(), mode), environment, Optional.empty());
  }

  static McpToolSource open(String mode) throws Exception {
    return McpToolSource.open(server(mode, Map.of()), LIMITS, Clock.systemUTC());
  }

  static Tool.Call call(String tool) {
    return new Tool.Call("c1", tool, JsonNodeFactory.instance.objectNode());
  }

  static Tool.Call call(String tool, ObjectNode arguments) {
    return new Tool.Call("c1", tool, arguments);
  }

  static CallContext within(Duration time) {
    return new CallContext(
        new RunId("run-1"), Caller.LOCAL, Clock.systemUTC().instant().plus(time), "k", List.of());
  }

  /// The text of a success; anything else fails the test with what came instead.
  static String text(Tool.Result result) {
    if (result instanceof Tool.Result.Success success
        && success.content().getFirst() instanceof Tool.Content.Text(String text)) {
      return text;
    }
    throw new AssertionError("no text but " + result);
  }

  static Tool.Result.Failure failure(Tool.Result result) {
    if (result instanceof Tool.Result.Failure failure) {
      return failure;
    }
    throw new AssertionError("no failure but " + result);
  }

  private static Path script() {
    URL found = Scripted.class.getResource("/scripted-server.sh");
    if (found == null) {
      throw new AssertionError("scripted-server.sh is missing");
    }
    try {
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
