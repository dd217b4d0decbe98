package dev.stellwerk.inference.template.jinja;

import org.jspecify.annotations.Nullable;

/// Something with a value.
interface Expression {
  /// Called through [Scope#value], which counts.
  @Nullable Object evaluate(Scope scope);
}
