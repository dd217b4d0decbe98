package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The kinds of statement.
final class Statements {
  private Statements() {}

  /// Text between tags.
  record Literal(int line, String text) implements Statement {
    @Override
    public Flow run(Scope scope) {
      scope.run.print(text);
      return Flow.NEXT;
    }
  }

  /// `{{ value }}`.
  record Print(int line, Expression value) implements Statement {
    @Override
    public Flow run(Scope scope) {
      scope.run.print(Text.of(scope.value(value)));
      return Flow.NEXT;
    }
  }

  /// One branch of an `if`; the last may have the condition `true`.
  record Branch(Expression condition, Block body) {}

  record If(int line, List<Branch> branches) implements Statement {
    @Override
    public Flow run(Scope scope) {
      for (Branch branch : branches) {
        if (Values.truthy(scope.value(branch.condition()))) {
          return branch.body().run(scope);
        }
      }
      return Flow.NEXT;
    }
  }

  /// `break` and `continue`.
  record Jump(int line, Flow flow) implements Statement {
    @Override
    public Flow run(Scope scope) {
      return flow;
    }
  }

  /// What an assignment or a loop assigns to: one name, or several that take a sequence apart.
  record Target(List<String> names, boolean single) {
    void assign(Scope scope, @Nullable Object value) {
      if (single) {
        scope.set(names.getFirst(), value);
        return;
      }
      List<@Nullable Object> parts = Values.items(scope.run, value);
      if (parts.size() != names.size()) {
        throw new JinjaException(parts.size() + " values for " + names.size() + " names");
      }
      for (int i = 0; i < names.size(); i++) {
        scope.set(names.get(i), parts.get(i));
      }
    }
  }

  record For(
      int line,
      Target target,
      Expression items,
      @Nullable Expression filter,
      Block body,
      Block otherwise)
      implements Statement {
    @Override
    public Flow run(Scope scope) {
      List<@Nullable Object> visited = Values.items(scope.run, scope.value(items));
      if (filter != null) {
        visited = filtered(scope, visited, filter);
      }
      Loop loop = new Loop(visited);
      for (Object item : visited) {
        Scope inner = scope.inner();
        target.assign(inner, item);
        inner.set("loop", loop);
        if (body.run(inner) == Flow.BREAK) {
          break;
        }
        loop.advance();
      }
      return visited.isEmpty() ? otherwise.run(scope) : Flow.NEXT;
    }

    private List<@Nullable Object> filtered(
        Scope scope, List<@Nullable Object> all, Expression condition) {
      List<@Nullable Object> kept = new ArrayList<>();
      for (Object item : all) {
        Scope inner = scope.inner();
        target.assign(inner, item);
        if (Values.truthy(inner.value(condition))) {
          kept.add(item);
        }
      }
      return kept;
    }
  }

  record Set(int line, Target target, Expression value) implements Statement {
    @Override
    public Flow run(Scope scope) {
      target.assign(scope, scope.raw(value));
      return Flow.NEXT;
    }
  }

  /// `set namespace.name = value`.
  record SetAttribute(int line, String namespace, String name, Expression value)
      implements Statement {
    @Override
    public Flow run(Scope scope) {
      if (!(scope.get(namespace) instanceof Functions.Namespace target)) {
        throw new JinjaException("'" + namespace + "' is not a namespace");
      }
      target.set(name, scope.raw(value));
      return Flow.NEXT;
    }
  }

  /// `set name` with a body, or `filter` when there is no name; the filters apply to the body.
  ///
  /// @param filters of the name `body`
  record Captured(int line, @Nullable String name, Expression filters, Block body)
      implements Statement {
    static final String BODY = " body"; // no template can spell it

    @Override
    public Flow run(Scope scope) {
      Scope inner = scope.inner();
      inner.set(BODY, scope.run.capture(body, inner));
      Object value = inner.value(filters);
      if (name == null) {
        scope.run.print(Text.of(value));
      } else {
        scope.set(name, value);
      }
      return Flow.NEXT;
    }
  }

  /// What the model wrote: prints as its body does, and keeps the body's names to itself.
  record Generation(int line, Block body) implements Statement {
    @Override
    public Flow run(Scope scope) {
      return body.run(scope.inner());
    }
  }

  record Macro(
      int line, String name, List<String> parameters, Map<String, Expression> defaults, Block body)
      implements Statement {
    @Override
    public Flow run(Scope scope) {
      scope.set(name, new Defined(this, scope));
      return Flow.NEXT;
    }
  }

  /// A macro as a value: it sees the names of the place where it stands.
  private record Defined(Macro macro, Scope home) implements Callable {
    @Override
    public Object call(Run run, Arguments arguments) {
      if (arguments.positional().size() > macro.parameters().size()) {
        throw new JinjaException("macro '" + macro.name() + "' takes fewer arguments");
      }
      for (String name : arguments.named().keySet()) {
        if (!macro.parameters().contains(name)) {
          throw new JinjaException("macro '" + macro.name() + "' takes no argument '" + name + "'");
        }
      }
      Scope inner = home.inner();
      for (int i = 0; i < macro.parameters().size(); i++) {
        String name = macro.parameters().get(i);
        Expression otherwise = macro.defaults().get(name);
        Object value = arguments.get(i, name, new Undefined(name));
        if (otherwise != null && !arguments.has(i, name)) {
          value = inner.value(otherwise);
        }
        inner.set(name, value);
      }
      int line = run.line();
      String text = run.capture(macro.body(), inner);
      run.line(line);
      return text;
    }
  }

  /// The variable `loop`.
  private static final class Loop implements Values.Attributes {
    private final List<@Nullable Object> items;
    private int index;

    Loop(List<@Nullable Object> items) {
      this.items = items;
    }

    void advance() {
      index++;
    }

    private @Nullable Object cycle(Run run, Arguments arguments) {
      List<@Nullable Object> values = arguments.positional();
      if (values.isEmpty()) {
        throw new JinjaException("loop.cycle without values");
      }
      return values.get(index % values.size());
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "index" -> index + 1L;
        case "index0" -> (long) index;
        case "revindex" -> (long) items.size() - index;
        case "revindex0" -> items.size() - index - 1L;
        case "first" -> index == 0;
        case "last" -> index == items.size() - 1;
        case "length" -> (long) items.size();
        case "previtem" -> index == 0 ? new Undefined(name) : items.get(index - 1);
        case "nextitem" -> index == items.size() - 1 ? new Undefined(name) : items.get(index + 1);
        case "cycle" -> (Callable) this::cycle;
        default -> new Undefined("loop." + name);
      };
    }
  }
}
