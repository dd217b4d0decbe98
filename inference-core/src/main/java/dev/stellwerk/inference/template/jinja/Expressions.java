package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The kinds of expression.
final class Expressions {
  private Expressions() {}

  record Literal(@Nullable Object value) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return value;
    }
  }

  record Name(String name) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return scope.get(name);
    }
  }

  /// A list or a tuple.
  record Items(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      List<@Nullable Object> values = new ArrayList<>(items.size());
      for (Expression item : items) {
        values.add(scope.value(item));
      }
      return values;
    }
  }

  record Dictionary(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        map.put(Values.key(scope.value(keys.get(i))), scope.value(values.get(i)));
      }
      return map;
    }
  }

  record Attribute(Expression object, String name) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return Values.attribute(scope.value(object), name);
    }
  }

  record Item(Expression object, Expression key) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return Values.item(scope.value(object), scope.value(key));
    }
  }

  /// `object[start:stop:step]`; a part that is left out is the literal None.
  record Slice(Expression object, Expression start, Expression stop, Expression step)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = scope.value(object);
      if (value instanceof Undefined) {
        throw new JinjaException("cannot slice " + Values.type(value));
      }
      if (!(value instanceof String || value instanceof List)) {
        return new Undefined("a slice of " + Values.type(value));
      }
      List<@Nullable Object> all = Values.items(scope.run, value);
      Object by = scope.value(step);
      int stride = by == null ? 1 : Values.index(by);
      if (stride == 0) {
        throw new JinjaException("a slice's step is zero");
      }
      int size = all.size();
      int from = bound(scope.value(start), size, stride, stride > 0 ? 0 : size - 1);
      int to = bound(scope.value(stop), size, stride, stride > 0 ? size : -1);
      List<@Nullable Object> picked = new ArrayList<>();
      for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
        picked.add(all.get((int) i));
      }
      if (!(value instanceof String)) {
        return picked;
      }
      StringBuilder text = new StringBuilder();
      picked.forEach(text::append);
      return text.toString();
    }

    private static int bound(@Nullable Object bound, int size, int stride, int otherwise) {
      if (bound == null) {
        return otherwise;
      }
      long index = Values.index(bound);
      index = index < 0 ? index + size : index;
      return (int) Math.clamp(index, stride > 0 ? 0L : -1L, stride > 0 ? size : size - 1L);
    }
  }

  /// The arguments of a call, a filter or a test.
  record ArgumentList(List<Expression> positional, Map<String, Expression> named) {
    static final ArgumentList NONE = new ArgumentList(List.of(), Map.of());

    Arguments evaluate(Scope scope) {
      List<@Nullable Object> values = new ArrayList<>(positional.size());
      for (Expression argument : positional) {
        values.add(scope.value(argument));
      }
      if (named.isEmpty()) {
        return new Arguments(values, Collections.emptyMap());
      }
      Map<String, @Nullable Object> byName = new LinkedHashMap<>();
      for (Map.Entry<String, Expression> argument : named.entrySet()) {
        byName.put(argument.getKey(), scope.value(argument.getValue()));
      }
      return new Arguments(values, byName);
    }
  }

  record Call(Expression callee, ArgumentList arguments) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      Object function = scope.value(callee);
      if (function instanceof Callable callable) {
        return callable.call(scope.run, arguments.evaluate(scope));
      }
      throw new JinjaException("cannot call " + Values.type(function));
    }
  }

  record Filter(Expression value, String name, ArgumentList arguments) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return Filters.apply(scope.run, name, scope.value(value), arguments.evaluate(scope));
    }
  }

  record Test(Expression value, String name, ArgumentList arguments, boolean negated)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Tests.apply(name, scope.value(value), arguments.evaluate(scope)) != negated;
    }
  }

  record Not(Expression value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return !Values.truthy(scope.value(value));
    }
  }

  record Negate(Expression value) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      Object number = scope.value(value);
      return number instanceof Double real
          ? (Object) (-real)
          : Operators.apply(scope.run, "-", 0L, number);
    }
  }

  /// `and`, `or`: the operand that decides.
  record Both(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      Object first = scope.raw(left);
      return Values.truthy(first) == and ? scope.raw(right) : first;
    }
  }

  record Conditional(Expression condition, Expression then, Expression otherwise)
      implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return scope.raw(Values.truthy(scope.value(condition)) ? then : otherwise);
    }
  }

  record Binary(String operator, Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object evaluate(Scope scope) {
      return Operators.apply(scope.run, operator, scope.raw(left), scope.raw(right));
    }
  }

  /// `first < second == third`, as Python chains them.
  record Comparison(Expression first, List<String> operators, List<Expression> rest)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object left = scope.value(first);
      for (int i = 0; i < operators.size(); i++) {
        Object right = scope.value(rest.get(i));
        if (!holds(operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }

    private static boolean holds(String operator, @Nullable Object left, @Nullable Object right) {
      return switch (operator) {
        case "==" -> Values.equal(left, right);
        case "!=" -> !Values.equal(left, right);
        case "in" -> Values.contains(right, left);
        case "not in" -> !Values.contains(right, left);
        case "<" -> Values.compare(left, right) < 0;
        case "<=" -> Values.compare(left, right) <= 0;
        case ">" -> Values.compare(left, right) > 0;
        default -> Values.compare(left, right) >= 0;
      };
    }
  }
}
