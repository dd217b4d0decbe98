package dev.stellwerk.inference.template.jinja;

/// Something that prints or assigns.
interface Statement {
  /// Whether the enclosing loop goes on as usual.
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope);

  /// The line in the template, for messages.
  int line();
}
