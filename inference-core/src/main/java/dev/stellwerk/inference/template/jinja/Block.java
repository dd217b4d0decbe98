package dev.stellwerk.inference.template.jinja;

import dev.stellwerk.inference.template.jinja.Statement.Flow;
import java.util.List;

/// Statements in a row.
record Block(List<Statement> statements) {
  static final Block EMPTY = new Block(List.of());

  Flow run(Scope scope) {
    for (Statement statement : statements) {
      scope.run.line(statement.line());
      scope.run.enter();
      Flow flow = statement.run(scope);
      scope.run.leave();
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }
}
