package dev.stellwerk.inference.template.jinja;

import dev.stellwerk.inference.template.jinja.Token.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parser's place in the tokens.
final class TokenStream {
  private static final int NESTING_MAX = 100;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  int line() {
    return peek().line();
  }

  boolean at(Kind kind) {
    return peek().kind() == kind;
  }

  boolean atOperator(String text) {
    return peek().is(Kind.OPERATOR, text);
  }

  boolean atName(String text) {
    return peek().is(Kind.NAME, text);
  }

  /// Whether the token after this one is the name `text`.
  boolean beforeName(String text) {
    return at + 1 < tokens.size() && tokens.get(at + 1).is(Kind.NAME, text);
  }

  boolean acceptOperator(String text) {
    boolean found = atOperator(text);
    at += found ? 1 : 0;
    return found;
  }

  boolean acceptName(String text) {
    boolean found = atName(text);
    at += found ? 1 : 0;
    return found;
  }

  /// The operator that stands here, if it is one of these.
  @Nullable String acceptAny(String... operators) {
    for (String operator : operators) {
      if (acceptOperator(operator)) {
        return operator;
      }
    }
    return null;
  }

  void expectOperator(String text) {
    if (!acceptOperator(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  void expectName(String text) {
    if (!acceptName(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  Token expect(Kind kind, String what) {
    if (!at(kind)) {
      throw unexpected(what);
    }
    return next();
  }

  JinjaException unexpected(String expected) {
    return JinjaException.at(line(), "'" + peek().text() + "'; expected " + expected);
  }

  void enter() {
    if (++depth > NESTING_MAX) {
      throw JinjaException.at(line(), "nested deeper than " + NESTING_MAX);
    }
  }

  void leave() {
    depth--;
  }
}
