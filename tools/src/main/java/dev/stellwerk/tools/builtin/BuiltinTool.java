package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;

/// One built-in tool: text in, text out.
interface BuiltinTool {
  Tool.Spec spec();

  /// Does the work.
  ///
  /// @throws ToolFailure with a message for the model
  /// @throws IOException from the file system, with a message that only the log sees
  String run(Arguments arguments) throws ToolFailure, IOException, InterruptedException;
}
