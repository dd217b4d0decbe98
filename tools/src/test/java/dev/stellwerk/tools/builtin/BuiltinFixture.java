package dev.stellwerk.tools.builtin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.FakeSource;
import dev.stellwerk.tools.ResultText;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/// The built-in tools over temporary folders, called by name and answered in text.
final class BuiltinFixture {
  static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T11:41:07Z"), ZoneId.of("Asia/Tokyo"));

  final ToolSource source;

  BuiltinFixture(Path root, Path data) throws IOException {
    this(new BuiltinConfig(root, data, CLOCK, FileLimits.DEFAULT, NoteLimits.DEFAULT));
  }

  BuiltinFixture(BuiltinConfig config) throws IOException {
    source = BuiltinTools.source(config);
  }

  /// Calls a tool; arguments are names and values in turn.
  Tool.Result result(String tool, String... arguments) throws InterruptedException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < arguments.length; i += 2) {
      json.put(arguments[i], arguments[i + 1]);
    }
    return source.call(new Tool.Call("1", tool, json), FakeSource.run(Instant.MAX));
  }

  String call(String tool, String... arguments) throws InterruptedException {
    return ResultText.of(result(tool, arguments));
  }
}
