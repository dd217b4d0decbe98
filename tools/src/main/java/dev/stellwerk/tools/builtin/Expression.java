package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.math.BigDecimal;
import java.util.Locale;

/// An arithmetic expression, evaluated by recursive descent while it is read.
///
/// ```
/// sum     = product { ("+" | "-") product }
/// product = unary { ("*" | "/" | "%" | "of") unary }
/// unary   = ("-" | "+") unary | power
/// power   = postfix [ "^" unary ]                        from the right: 2^3^2 is 2^9
/// postfix = primary { "%" }                              a percent sign, when no operand follows
/// primary = number | "pi" | "e" | function "(" sum ")" | "(" sum ")"
/// ```
///
/// `%` before a number, a name or `(` is the remainder (`17 % 5`); elsewhere it divides by 100
/// (`15% * 80`, `15% of 80`, `50% + 1`). A comma may separate thousands (`1,234.5`); decimals take
/// a point. `×`, `÷`, `−` and `**` mean `*`, `/`, `-` and `^`; one `=` at the end is passed over.
final class Expression {
  private static final int CHARS_MAX = 1_000;
  private static final int NESTING_MAX = 64;
  private static final int END = -1;

  private final String text;
  private int at;
  private int depth;

  Expression(String text) throws ToolFailure {
    if (text.length() > CHARS_MAX) {
      throw failure("the expression is longer than " + CHARS_MAX + " characters");
    }
    String plain =
        text.replace('×', '*')
            .replace('·', '*')
            .replace('÷', '/')
            .replace('−', '-')
            .replace("**", "^")
            .strip();
    this.text = plain.endsWith("=") ? plain.substring(0, plain.length() - 1) : plain;
  }

  BigDecimal value() throws ToolFailure {
    if (peek() == END) {
      throw failure("the expression is empty");
    }
    BigDecimal value = sum();
    if (peek() != END) {
      throw unexpected();
    }
    return value;
  }

  private BigDecimal sum() throws ToolFailure {
    BigDecimal value = product();
    while (true) {
      if (take('+')) {
        value = Numbers.bounded(value.add(product()));
      } else if (take('-')) {
        value = Numbers.bounded(value.subtract(product()));
      } else {
        return value;
      }
    }
  }

  private BigDecimal product() throws ToolFailure {
    BigDecimal value = unary();
    while (true) {
      if (take('*') || takeWord("of") || takeWord("x")) {
        value = Numbers.bounded(value.multiply(unary()));
      } else if (take('/')) {
        value = Numbers.divide(value, unary());
      } else if (take('%')) {
        value = Numbers.remainder(value, unary());
      } else {
        return value;
      }
    }
  }

  private BigDecimal unary() throws ToolFailure {
    enter();
    try {
      if (take('-')) {
        return unary().negate();
      }
      return take('+') ? unary() : power();
    } finally {
      depth--;
    }
  }

  private BigDecimal power() throws ToolFailure {
    BigDecimal base = postfix();
    return take('^') ? Numbers.power(base, unary()) : base;
  }

  private BigDecimal postfix() throws ToolFailure {
    BigDecimal value = primary();
    while (peek() == '%' && !operandFollows()) {
      take('%');
      value = value.movePointLeft(2);
    }
    return value;
  }

  /// Whether something that has a value begins after the `%` here; `of` has none.
  private boolean operandFollows() {
    int next = at + 1;
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    if (next == text.length()) {
      return false;
    }
    char c = text.charAt(next);
    boolean word = Character.isLetter(c) && !wordAt(next, "of") && !wordAt(next, "x");
    return word || Character.isDigit(c) || c == '.' || c == '(';
  }

  private BigDecimal primary() throws ToolFailure {
    int c = peek();
    if (c == '(') {
      return parenthesis();
    }
    if (c == '.' || (c >= '0' && c <= '9')) {
      return number();
    }
    if (c == '√') {
      take('√');
      return Numbers.apply("sqrt", postfix());
    }
    if (c != END && Character.isLetter(c)) {
      return named();
    }
    throw unexpected();
  }

  private BigDecimal parenthesis() throws ToolFailure {
    take('(');
    BigDecimal value = sum();
    if (!take(')')) {
      throw peek() == END ? failure("a ')' is missing") : unexpected();
    }
    return value;
  }

  private BigDecimal named() throws ToolFailure {
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at).toLowerCase(Locale.ROOT);
    BigDecimal constant = Numbers.constant(name);
    if (constant != null) {
      return constant;
    }
    if (!Numbers.isFunction(name)) {
      throw failure("'" + name + "' is not known; there are " + Numbers.NAMES);
    }
    if (peek() != '(') {
      throw failure("a '(' must follow '" + name + "'");
    }
    return Numbers.apply(name, parenthesis());
  }

  private BigDecimal number() throws ToolFailure {
    int start = at;
    digitsWithThousands();
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits();
    }
    exponent();
    String literal = text.substring(start, at).replace(",", "");
    try {
      return Numbers.bounded(new BigDecimal(literal));
    } catch (NumberFormatException e) {
      throw failure("'" + literal + "' is not a number");
    }
  }

  private void digits() {
    while (digitAt(at)) {
      at++;
    }
  }

  /// A comma counts as part of the number only before exactly three digits.
  private void digitsWithThousands() {
    int start = at;
    digits();
    if (at - start > 3) {
      return;
    }
    while (at < text.length()
        && text.charAt(at) == ','
        && digitAt(at + 1)
        && digitAt(at + 2)
        && digitAt(at + 3)
        && !digitAt(at + 4)) {
      at += 4;
    }
  }

  private void exponent() {
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      boolean sign = at + 1 < text.length() && "+-".indexOf(text.charAt(at + 1)) >= 0;
      int first = at + (sign ? 2 : 1);
      if (digitAt(first)) {
        at = first;
        digits();
      }
    }
  }

  private boolean digitAt(int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }

  private void enter() throws ToolFailure {
    if (++depth > NESTING_MAX) {
      throw failure("the expression is nested more than " + NESTING_MAX + " deep");
    }
  }

  /// The next character that is not white space; stays before it.
  private int peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : END;
  }

  private boolean take(char c) {
    boolean found = peek() == c;
    if (found) {
      at++;
    }
    return found;
  }

  private boolean takeWord(String word) {
    boolean found = peek() != END && wordAt(at, word);
    if (found) {
      at += word.length();
    }
    return found;
  }

  private boolean wordAt(int index, String word) {
    int end = index + word.length();
    return text.regionMatches(true, index, word, 0, word.length())
        && (end == text.length() || !Character.isLetter(text.charAt(end)));
  }

  private ToolFailure unexpected() {
    int c = peek();
    if (c == END) {
      return failure("the expression ends too early");
    }
    String hint = c == ',' ? " (write decimals with a point)" : "";
    return failure(
        "'%s' at position %d is not understood%s"
            .formatted(Character.toString(text.codePointAt(at)), at + 1, hint));
  }

  private static ToolFailure failure(String message) {
    return new ToolFailure(Tool.Reason.INVALID_ARGUMENTS, message);
  }
}
