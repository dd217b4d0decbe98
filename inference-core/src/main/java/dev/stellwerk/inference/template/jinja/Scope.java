package dev.stellwerk.inference.template.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that are visible at one place; assignments go to the innermost scope.
final class Scope {
  final Run run;
  private final @Nullable Scope outer;
  private final Map<String, @Nullable Object> variables;

  Scope(Run run, Map<String, @Nullable Object> variables) {
    this.run = run;
    this.outer = null;
    this.variables = variables;
  }

  private Scope(Scope outer) {
    this.run = outer.run;
    this.outer = outer;
    this.variables = new HashMap<>();
  }

  Scope inner() {
    run.createdScope();
    return new Scope(this);
  }

  void set(String name, @Nullable Object value) {
    variables.put(name, value);
  }

  @Nullable Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Object value = scope.variables.get(name);
      if (value != null || scope.variables.containsKey(name)) {
        return value;
      }
    }
    return Functions.isGlobal(name) ? new Functions.Global(name) : new Undefined(name);
  }

  /// Evaluates within the run's limits.
  @Nullable Object value(Expression expression) {
    Object value = raw(expression);
    return value instanceof Safe safe ? safe.text() : value;
  }

  /// The same where it matters whether text is [Safe].
  @Nullable Object raw(Expression expression) {
    run.enter();
    Object value = expression.evaluate(this);
    run.leave();
    return value;
  }
}
