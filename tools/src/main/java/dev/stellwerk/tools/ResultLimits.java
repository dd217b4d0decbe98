package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/// What a result may weigh.
///
/// Text beyond `textBytesMax` is cut, with a note that says how much. A result beyond
/// `resultBytesMax` in all is not text for a model but a mistake: it becomes a failure.
///
/// @param textBytesMax UTF-8 bytes of text that the model gets to read
/// @param resultBytesMax UTF-8 bytes of everything a call may return: text, structured, binary
/// @param partsMax content parts of one result
public record ResultLimits(int textBytesMax, int resultBytesMax, int partsMax) {
  public static final ResultLimits DEFAULT = new ResultLimits(64 * 1024, 8 * 1024 * 1024, 256);

  public ResultLimits {
    Checks.positive("textBytesMax", textBytesMax);
    Checks.positive("resultBytesMax", resultBytesMax);
    Checks.positive("partsMax", partsMax);
  }

  /// The result within these limits.
  public Tool.Result apply(Tool.Result result) {
    requireNonNull(result, "result");
    return switch (result) {
      case Tool.Result.Failure failure ->
          new Tool.Result.Failure(
              failure.callId(),
              failure.reason(),
              failure.message().length() > textBytesMax / 4
                  ? Descriptions.shorten(failure.message(), Math.max(1, textBytesMax / 4))
                  : failure.message(),
              failure.retryable());
      case Tool.Result.Success success -> limit(success);
    };
  }

  private Tool.Result limit(Tool.Result.Success success) {
    if (success.content().size() > partsMax) {
      return tooLarge(success, success.content().size() + " parts", partsMax + " parts");
    }
    long bytes = 0;
    for (Tool.Content part : success.content()) {
      bytes += bytes(part);
    }
    if (success.structured().isPresent()) {
      bytes += JsonSize.bytes(success.structured().get(), resultBytesMax + 1L);
    }
    if (bytes > resultBytesMax) {
      return tooLarge(success, "more than " + resultBytesMax + " bytes", "no more");
    }
    return new Tool.Result.Success(success.callId(), cut(success.content()), success.structured());
  }

  private static Tool.Result tooLarge(
      Tool.Result.Success success, String returned, String allowed) {
    return new Tool.Result.Failure(
        success.callId(),
        Tool.Reason.INVALID_RESULT,
        "the tool returned " + returned + "; " + allowed + " is allowed; ask it for less",
        false);
  }

  private List<Tool.Content> cut(List<Tool.Content> content) {
    List<Tool.Content> kept = new ArrayList<>(content.size());
    long left = textBytesMax;
    for (Tool.Content part : content) {
      if (part instanceof Tool.Content.Text(String text)) {
        long size = Utf8.length(text);
        kept.add(size <= left ? part : new Tool.Content.Text(cutText(text, size, left)));
        left = Math.max(0, left - size);
      } else {
        kept.add(part);
      }
    }
    return kept;
  }

  private static String cutText(String text, long size, long left) {
    String head = text.substring(0, Utf8.charsWithin(text, left));
    return head + "\n[Cut here: the first " + Utf8.length(head) + " of " + size + " bytes.]";
  }

  private static long bytes(Tool.Content part) {
    return switch (part) {
      case Tool.Content.Text(String text) -> Utf8.length(text);
      case Tool.Content.Link(String uri, String name, var mimeType) ->
          Utf8.length(uri) + Utf8.length(name) + Utf8.length(mimeType.orElse(""));
      case Tool.Content.Binary(String mimeType, String base64) ->
          Utf8.length(mimeType) + Utf8.length(base64);
    };
  }
}
