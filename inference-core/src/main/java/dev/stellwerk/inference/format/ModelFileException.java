package dev.stellwerk.inference.format;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A model file cannot be used. The message names the file, the field, and what was expected.
public final class ModelFileException extends RuntimeException {
  private static final int FIELD_CHARS_MAX = 120;

  private final String message;

  /// A problem with one field.
  ///
  /// @param field the metadata key, the tensor or the part of the header that is wrong
  /// @param problem what was found and what was expected
  public ModelFileException(Path file, String field, String problem) {
    this(file, field, problem, null);
  }

  public ModelFileException(Path file, String field, String problem, @Nullable Throwable cause) {
    super(cause);
    this.message = file + ": " + printable(field) + ": " + problem;
  }

  /// Never null.
  @Override
  public String getMessage() {
    return message;
  }

  /// Text from a file that nobody trusts, made fit for one line of a terminal.
  public static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length() && i < FIELD_CHARS_MAX; i++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > FIELD_CHARS_MAX ? out + "..." : out.toString();
  }
}
