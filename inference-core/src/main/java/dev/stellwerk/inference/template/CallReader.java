package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// Reads the text between a call's tags, also text that no constraint guarded.
interface CallReader {
  /// What could not be read as a name; no tool is called so, and the model is told that.
  String NO_NAME = "(unreadable)";

  /// A call that was read.
  ///
  /// @param name of the function, [#NO_NAME] where none can be made out
  /// @param arguments an object, or the text itself as a JSON string where it cannot be read
  record Call(String name, JsonNode arguments) {}

  /// The name, as soon as it is complete.
  Optional<String> name(CharSequence text);

  /// The call, once its text is complete.
  Call read(String text);

  /// Follows a call's text, to tell a closing tag from one that is part of an argument.
  Extent extent();

  /// Where the text of a call may end.
  interface Extent {
    /// Whether a closing tag that begins at `at` ends the call. Called with rising positions; what
    /// is before has been seen.
    ///
    /// @param text begins with the call's text; as far as it has come
    boolean mayEnd(CharSequence text, int at);
  }
}
