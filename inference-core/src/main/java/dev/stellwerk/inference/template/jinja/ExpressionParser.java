package dev.stellwerk.inference.template.jinja;

import dev.stellwerk.inference.template.jinja.Expressions.ArgumentList;
import dev.stellwerk.inference.template.jinja.Expressions.Literal;
import dev.stellwerk.inference.template.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parses expressions with jinja2's precedence: conditional, or, and, not, comparisons, `+ -`, `~`,
/// `* / // %`, `**`, signs, then filters and tests.
final class ExpressionParser {
  private static final Literal NONE = new Literal(null);

  private final TokenStream in;

  ExpressionParser(TokenStream in) {
    this.in = in;
  }

  /// An expression, or several with commas as a tuple.
  Expression tuple() {
    Expression first = expression();
    if (!in.atOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (in.acceptOperator(",")) {
      if (in.at(Kind.BLOCK_END) || in.at(Kind.OUTPUT_END) || in.atOperator(")")) {
        break;
      }
      items.add(expression());
    }
    return new Expressions.Items(items);
  }

  Expression expression() {
    in.enter();
    Expression value = or();
    while (in.acceptName("if")) {
      Expression condition = or();
      Expression otherwise =
          in.acceptName("else") ? expression() : new Literal(new Undefined("the missing else"));
      value = new Expressions.Conditional(condition, value, otherwise);
    }
    in.leave();
    return value;
  }

  /// An expression in which `if` is not part of it, as after `for x in`.
  Expression or() {
    Expression left = and();
    while (in.acceptName("or")) {
      left = new Expressions.Both(false, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (in.acceptName("and")) {
      left = new Expressions.Both(true, left, not());
    }
    return left;
  }

  private Expression not() {
    int count = 0;
    while (in.acceptName("not")) {
      count++;
    }
    Expression value = comparison();
    for (; count > 0; count--) {
      value = new Expressions.Not(value);
    }
    return value;
  }

  private Expression comparison() {
    Expression first = binary(0);
    List<String> operators = new ArrayList<>();
    List<Expression> rest = new ArrayList<>();
    while (true) {
      String operator = in.acceptAny("==", "!=", "<=", ">=", "<", ">");
      if (operator == null && in.acceptName("in")) {
        operator = "in";
      } else if (operator == null && in.atName("not") && in.beforeName("in")) {
        in.next();
        in.next();
        operator = "not in";
      }
      if (operator == null) {
        break;
      }
      operators.add(operator);
      rest.add(binary(0));
    }
    return operators.isEmpty() ? first : new Expressions.Comparison(first, operators, rest);
  }

  /// Left-associative binary operators of one precedence or higher.
  private Expression binary(int level) {
    if (level == 4) {
      return unary(true);
    }
    Expression left = binary(level + 1);
    String operator = operator(level);
    while (operator != null) {
      left = new Expressions.Binary(operator, left, binary(level + 1));
      operator = operator(level);
    }
    return left;
  }

  private @Nullable String operator(int level) {
    return switch (level) {
      case 0 -> in.acceptAny("+", "-");
      case 1 -> in.acceptAny("~");
      case 2 -> in.acceptAny("*", "/", "//", "%");
      default -> in.acceptAny("**");
    };
  }

  private Expression unary(boolean filtered) {
    in.enter();
    Expression value;
    if (in.acceptOperator("-")) {
      value = new Expressions.Negate(unary(false));
    } else if (in.acceptOperator("+")) {
      value = unary(false);
    } else {
      value = postfix(primary());
    }
    in.leave();
    return filtered ? filters(value) : value;
  }

  private Expression primary() {
    Token token = in.next();
    return switch (token.kind()) {
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> new Literal(true);
            case "false", "False" -> new Literal(false);
            case "none", "None" -> NONE;
            default -> new Expressions.Name(token.text());
          };
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (in.at(Kind.STRING)) {
          text.append(in.next().text());
        }
        yield new Literal(text.toString());
      }
      case INTEGER -> new Literal(integer(token));
      case FLOAT -> new Literal(Double.valueOf(token.text()));
      case OPERATOR -> bracketed(token);
      default ->
          throw JinjaException.at(token.line(), "'" + token.text() + "'; expected an expression");
    };
  }

  private static Long integer(Token token) {
    try {
      return Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw JinjaException.at(token.line(), token.text() + " is too large an integer");
    }
  }

  private Expression bracketed(Token open) {
    return switch (open.text()) {
      case "(" -> {
        if (in.acceptOperator(")")) {
          yield new Expressions.Items(List.of());
        }
        Expression inside = tuple();
        in.expectOperator(")");
        yield inside;
      }
      case "[" -> {
        List<Expression> items = new ArrayList<>();
        while (!in.acceptOperator("]")) {
          items.add(expression());
          comma("]");
        }
        yield new Expressions.Items(items);
      }
      case "{" -> {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!in.acceptOperator("}")) {
          keys.add(expression());
          in.expectOperator(":");
          values.add(expression());
          comma("}");
        }
        yield new Expressions.Dictionary(keys, values);
      }
      default ->
          throw JinjaException.at(open.line(), "'" + open.text() + "'; expected an expression");
    };
  }

  /// A comma between two items, which may also follow the last.
  private void comma(String close) {
    if (!in.atOperator(close)) {
      in.expectOperator(",");
    }
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (in.acceptOperator(".")) {
        Token name = in.next();
        if (name.kind() == Kind.INTEGER) {
          value = new Expressions.Item(value, new Literal(integer(name)));
        } else if (name.kind() == Kind.NAME) {
          value = new Expressions.Attribute(value, name.text());
        } else {
          throw JinjaException.at(name.line(), "'" + name.text() + "'; expected a name");
        }
      } else if (in.acceptOperator("[")) {
        value = subscript(value);
      } else if (in.atOperator("(")) {
        value = new Expressions.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression object) {
    Expression start = in.atOperator(":") ? NONE : tuple();
    if (in.acceptOperator("]")) {
      return new Expressions.Item(object, start);
    }
    in.expectOperator(":");
    Expression stop = in.atOperator(":") || in.atOperator("]") ? NONE : expression();
    boolean stepped = in.acceptOperator(":");
    Expression step = !stepped || in.atOperator("]") ? NONE : expression();
    in.expectOperator("]");
    return new Expressions.Slice(object, start, stop, step);
  }

  private ArgumentList arguments() {
    in.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!in.acceptOperator(")")) {
      Expression argument = expression();
      if (argument instanceof Expressions.Name name && in.acceptOperator("=")) {
        named.put(name.name(), expression());
      } else {
        positional.add(argument);
      }
      comma(")");
    }
    return new ArgumentList(positional, named);
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (in.acceptOperator("|")) {
        value = filter(value);
      } else if (in.acceptName("is")) {
        value = test(value);
      } else if (in.atOperator("(")) {
        value = new Expressions.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /// The filter after a `|`, and those after it in a `set` or `filter` block.
  Expression filter(Expression value) {
    String name = in.expect(Kind.NAME, "a filter").text();
    ArgumentList arguments = in.atOperator("(") ? arguments() : ArgumentList.NONE;
    return new Expressions.Filter(value, name, arguments);
  }

  private Expression test(Expression value) {
    boolean negated = in.acceptName("not");
    String name = in.expect(Kind.NAME, "a test").text();
    ArgumentList arguments = ArgumentList.NONE;
    if (in.atOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      arguments = new ArgumentList(List.of(postfix(primary())), Map.of());
    }
    return new Expressions.Test(value, name, arguments, negated);
  }

  private boolean startsArgument() {
    Token token = in.peek();
    return switch (token.kind()) {
      case NAME ->
          switch (token.text()) {
            case "and", "or", "not", "if", "else", "is", "in" -> false;
            default -> true;
          };
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }
}
