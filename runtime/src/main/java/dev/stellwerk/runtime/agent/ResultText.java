package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.Tool.Content;
import java.util.stream.Collectors;

/// A tool's result as the model reads it.
final class ResultText {
  private ResultText() {}

  /// The text of a result, cut to `charsMax` with a note of what is missing. A failure reads
  /// `Error: MESSAGE`.
  static String of(Tool.Result result, int charsMax) {
    return cut(
        switch (result) {
          case Tool.Result.Success success -> text(success);
          case Tool.Result.Failure failure -> "Error: " + failure.message();
        },
        charsMax);
  }

  private static String text(Tool.Result.Success success) {
    if (success.content().isEmpty()) {
      return success.structured().map(Object::toString).orElse("(no output)");
    }
    return success.content().stream().map(ResultText::text).collect(Collectors.joining("\n"));
  }

  private static String text(Content content) {
    return switch (content) {
      case Content.Text(String text) -> text;
      case Content.Link link -> "[" + link.name() + "](" + link.uri() + ")";
      case Content.Binary binary ->
          "(" + binary.mimeType() + ", " + binary.base64().length() / 4 * 3 + " bytes)";
    };
  }

  private static String cut(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
    return text.substring(0, end) + "\n[" + (text.length() - end) + " more characters cut]";
  }
}
