package dev.stellwerk.tools.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.tools.Tool;

/// A call's arguments. Checks again what the dispatcher has checked, because a source may be called
/// without one.
record Arguments(JsonNode json) {
  String text(String name) throws ToolFailure {
    JsonNode value = json.path(name);
    if (!value.isTextual()) {
      throw new ToolFailure(
          Tool.Reason.INVALID_ARGUMENTS, "the parameter '" + name + "' must be a text");
    }
    return value.textValue();
  }

  /// The text, or another when the argument was left out.
  String text(String name, String otherwise) throws ToolFailure {
    return json.path(name).isMissingNode() ? otherwise : text(name);
  }
}
