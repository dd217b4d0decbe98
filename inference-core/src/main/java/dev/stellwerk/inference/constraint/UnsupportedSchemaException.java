package dev.stellwerk.inference.constraint;

/// A schema uses something that cannot be enforced; it is refused rather than enforced wrongly.
public final class UnsupportedSchemaException extends RuntimeException {
  /// @param keyword the keyword in question
  /// @param path JSON pointer of its place in the schema
  public UnsupportedSchemaException(String keyword, String path, String why) {
    super("schema keyword '" + keyword + "' at " + (path.isEmpty() ? "/" : path) + ": " + why);
  }

  private UnsupportedSchemaException(String message, UnsupportedSchemaException cause) {
    super(message, cause);
  }

  /// The same refusal with the schema's owner named.
  public UnsupportedSchemaException of(String owner) {
    return new UnsupportedSchemaException(owner + ": " + getMessage(), this);
  }
}
