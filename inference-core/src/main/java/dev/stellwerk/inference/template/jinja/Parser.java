package dev.stellwerk.inference.template.jinja;

import dev.stellwerk.inference.template.jinja.Statement.Flow;
import dev.stellwerk.inference.template.jinja.Statements.Branch;
import dev.stellwerk.inference.template.jinja.Statements.Captured;
import dev.stellwerk.inference.template.jinja.Statements.Target;
import dev.stellwerk.inference.template.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parses statements: `for`, `if`, `set`, `macro`, `filter`, `break`, `continue`, and Hugging
/// Face's `generation`, which only marks what the model wrote.
final class Parser {
  private final TokenStream in;
  private final ExpressionParser expressions;
  private int loops;

  private Parser(TokenStream in) {
    this.in = in;
    this.expressions = new ExpressionParser(in);
  }

  static Block parse(String template) {
    Parser parser = new Parser(new TokenStream(Lexer.tokens(template)));
    Block block = parser.block();
    if (!parser.in.at(Kind.END)) {
      throw parser.in.unexpected("a tag that opens something");
    }
    return block;
  }

  /// Statements up to the end, or up to a tag that does not begin one; its name is next.
  private Block block() {
    in.enter();
    List<Statement> statements = new ArrayList<>();
    while (!in.at(Kind.END)) {
      Token token = in.next();
      if (token.kind() == Kind.TEXT) {
        statements.add(new Statements.Literal(token.line(), token.text()));
      } else if (token.kind() == Kind.OUTPUT_BEGIN) {
        statements.add(new Statements.Print(token.line(), expressions.tuple()));
        in.expect(Kind.OUTPUT_END, "'}}'");
      } else {
        Statement statement = statement(token.line());
        if (statement == null) {
          break;
        }
        statements.add(statement);
      }
    }
    in.leave();
    return new Block(List.copyOf(statements));
  }

  private @Nullable Statement statement(int line) {
    return switch (in.peek().text()) {
      case "if" -> ifStatement(line);
      case "for" -> forStatement(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "filter" -> filterBlock(line);
      case "generation" -> generation(line);
      case "break", "continue" -> jump(line);
      case "elif", "else", "endif", "endfor", "endset", "endmacro", "endfilter", "endgeneration" ->
          null;
      default -> throw in.unexpected("a tag that is supported");
    };
  }

  private void endTag() {
    in.expect(Kind.BLOCK_END, "the end of the tag");
  }

  /// The rest of a tag, a body, and the tag that closes it.
  private Block body(String close) {
    endTag();
    Block body = block();
    in.expectName(close);
    endTag();
    return body;
  }

  private Statement ifStatement(int line) {
    List<Branch> branches = new ArrayList<>();
    while (in.acceptName("if") || in.acceptName("elif")) {
      Expression condition = expressions.tuple();
      endTag();
      branches.add(new Branch(condition, block()));
    }
    if (in.acceptName("else")) {
      endTag();
      branches.add(new Branch(new Expressions.Literal(true), block()));
    }
    in.expectName("endif");
    endTag();
    return new Statements.If(line, List.copyOf(branches));
  }

  private Statement forStatement(int line) {
    in.expectName("for");
    Target target = target();
    in.expectName("in");
    Expression items = expressions.or();
    Expression filter = in.acceptName("if") ? expressions.expression() : null;
    if (in.atName("recursive")) {
      throw in.unexpected("a loop that is not recursive");
    }
    endTag();
    loops++;
    Block body = block();
    loops--;
    Block otherwise = Block.EMPTY;
    if (in.acceptName("else")) {
      endTag();
      otherwise = block();
    }
    in.expectName("endfor");
    endTag();
    return new Statements.For(line, target, items, filter, body, otherwise);
  }

  private Target target() {
    List<String> names = new ArrayList<>();
    boolean bracket = in.acceptOperator("(");
    names.add(in.expect(Kind.NAME, "a name").text());
    boolean single = true;
    while (in.acceptOperator(",")) {
      single = false;
      names.add(in.expect(Kind.NAME, "a name").text());
    }
    if (bracket) {
      in.expectOperator(")");
    }
    return new Target(List.copyOf(names), single);
  }

  private Statement set(int line) {
    in.expectName("set");
    Target target = target();
    if (target.single() && in.acceptOperator(".")) {
      String name = in.expect(Kind.NAME, "a name").text();
      in.expectOperator("=");
      Expression value = expressions.tuple();
      endTag();
      return new Statements.SetAttribute(line, target.names().getFirst(), name, value);
    }
    if (in.acceptOperator("=")) {
      Expression value = expressions.tuple();
      endTag();
      return new Statements.Set(line, target, value);
    }
    Expression filters = new Expressions.Name(Captured.BODY);
    while (in.acceptOperator("|")) {
      filters = expressions.filter(filters);
    }
    return new Captured(line, target.names().getFirst(), filters, body("endset"));
  }

  private Statement filterBlock(int line) {
    in.expectName("filter");
    Expression filters = expressions.filter(new Expressions.Name(Captured.BODY));
    while (in.acceptOperator("|")) {
      filters = expressions.filter(filters);
    }
    return new Captured(line, null, filters, body("endfilter"));
  }

  private Statement generation(int line) {
    in.expectName("generation");
    Block body = body("endgeneration");
    return new Statements.Generation(line, body);
  }

  private Statement macro(int line) {
    in.expectName("macro");
    String name = in.expect(Kind.NAME, "a name").text();
    List<String> parameters = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    in.expectOperator("(");
    while (!in.acceptOperator(")")) {
      String parameter = in.expect(Kind.NAME, "a name").text();
      parameters.add(parameter);
      if (in.acceptOperator("=")) {
        defaults.put(parameter, expressions.expression());
      }
      if (!in.atOperator(")")) {
        in.expectOperator(",");
      }
    }
    int outer = loops;
    loops = 0;
    Block body = body("endmacro");
    loops = outer;
    return new Statements.Macro(line, name, List.copyOf(parameters), defaults, body);
  }

  private Statement jump(int line) {
    if (loops == 0) {
      throw in.unexpected("a loop around it");
    }
    Flow flow = in.next().text().equals("break") ? Flow.BREAK : Flow.CONTINUE;
    endTag();
    return new Statements.Jump(line, flow);
  }
}
