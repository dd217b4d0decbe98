package dev.stellwerk.tools;

import java.util.stream.Collectors;

/// A result as the text that a model reads.
public final class ResultText {
  private ResultText() {}

  /// The text parts, a line each; links and binaries by name and size; `Error: …` for a failure.
  public static String of(Tool.Result result) {
    return switch (result) {
      case Tool.Result.Failure failure -> "Error: " + failure.message();
      case Tool.Result.Success success -> {
        String text =
            success.content().stream().map(ResultText::line).collect(Collectors.joining("\n"));
        yield text.isEmpty() && success.structured().isPresent()
            ? success.structured().get().toString()
            : text;
      }
    };
  }

  private static String line(Tool.Content part) {
    return switch (part) {
      case Tool.Content.Text(String text) -> text;
      case Tool.Content.Link(String uri, String name, var mimeType) ->
          "[" + (name.isEmpty() ? "link" : name) + ": " + uri + "]";
      case Tool.Content.Binary(String mimeType, String base64) ->
          "[" + mimeType + ", " + base64.length() / 4 * 3 + " bytes, not shown]";
    };
  }
}
