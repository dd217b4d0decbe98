package dev.stellwerk.inference.template.jinja;

/// One piece of a template's source.
///
/// @param text of the piece; decoded, for strings
record Token(Kind kind, String text, int line) {
  enum Kind {
    TEXT,
    BLOCK_BEGIN,
    BLOCK_END,
    OUTPUT_BEGIN,
    OUTPUT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }
}
