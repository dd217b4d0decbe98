package dev.stellwerk.inference.template.jinja;

import dev.stellwerk.inference.template.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Cuts a template into tokens and applies the whitespace rules: `-` strips, `+` keeps; without a
/// sign, a block or comment takes the blanks before it on its own line (`lstrip_blocks`) and the
/// line break after it (`trim_blocks`).
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineCountedTo;
  private boolean lineStarting = true; // whether what was consumed last ended a line

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag(at);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : 0;
      boolean output = tag < source.length() && source.charAt(tag + 1) == '{';
      add(Kind.TEXT, tag == source.length() ? source.substring(at) : before(tag, sign, output));
      at = tag;
      if (tag == source.length()) {
        break;
      }
      at += sign == '-' || sign == '+' ? 3 : 2;
      if (source.charAt(tag + 1) == '#') {
        comment();
      } else if (output) {
        add(Kind.OUTPUT_BEGIN, "{{");
        expression('}');
      } else if (!raw()) {
        add(Kind.BLOCK_BEGIN, "{%");
        expression('%');
      }
    }
    tokens.add(new Token(Kind.END, "end of template", line()));
  }

  private int nextTag(int from) {
    int tag = source.indexOf('{', from);
    while (tag >= 0 && tag + 1 < source.length()) {
      char kind = source.charAt(tag + 1);
      if (kind == '%' || kind == '{' || kind == '#') {
        return tag;
      }
      tag = source.indexOf('{', tag + 1);
    }
    return source.length();
  }

  /// The text before a tag, as the tag's sign leaves it.
  private String before(int tag, char sign, boolean output) {
    String text = source.substring(at, tag);
    if (sign == '-') {
      return Text.stripEnd(text);
    }
    if (sign == '+' || output) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean blank = Text.stripEnd(text.substring(lineStart)).isEmpty();
    return blank && (lineStart > 0 || lineStarting) ? text.substring(0, lineStart) : text;
  }

  private void add(Kind kind, String text) {
    if (kind != Kind.TEXT || !text.isEmpty()) {
      tokens.add(new Token(kind, text, line()));
    }
  }

  private int line() {
    for (; lineCountedTo < at; lineCountedTo++) {
      if (source.charAt(lineCountedTo) == '\n') {
        line++;
      }
    }
    return line;
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw JinjaException.at(line(), "a comment does not end");
    }
    char sign = source.charAt(end - 1);
    at = end + 2;
    afterTag(sign, true);
  }

  /// Consumes what a closing tag takes with it.
  private void afterTag(char sign, boolean trim) {
    if (sign == '-') {
      while (at < source.length() && Text.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (sign != '+' && trim && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    lineStarting = source.charAt(at - 1) == '\n';
  }

  /// Consumes `raw %}...{% endraw %}`, if that is what stands here.
  private boolean raw() {
    int begin = skipWord(at, "raw");
    if (begin < 0) {
      return false;
    }
    at = begin;
    afterTag(source.charAt(begin - 3), false);
    for (int tag = source.indexOf("{%", at); tag >= 0; tag = source.indexOf("{%", tag + 2)) {
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : 0;
      int end = skipWord(sign == '-' || sign == '+' ? tag + 3 : tag + 2, "endraw");
      if (end >= 0) {
        add(Kind.TEXT, before(tag, sign, false));
        at = end;
        afterTag(source.charAt(end - 3), true);
        return true;
      }
    }
    throw JinjaException.at(line(), "{% raw %} does not end");
  }

  /// Where the tag that holds only `word` ends, or -1.
  private int skipWord(int from, String word) {
    int begin = skipSpace(from);
    if (!source.startsWith(word, begin)) {
      return -1;
    }
    int end = skipSpace(begin + word.length());
    if (end < source.length() && (source.charAt(end) == '-' || source.charAt(end) == '+')) {
      end++;
    }
    return source.startsWith("%}", end) ? end + 2 : -1;
  }

  private int skipSpace(int from) {
    int end = from;
    while (end < source.length() && Text.isSpace(source.charAt(end))) {
      end++;
    }
    return end;
  }

  /// Tokens up to the tag's end; brackets must balance before it counts as one.
  private void expression(char close) {
    int depth = 0;
    while (true) {
      at = skipSpace(at);
      if (at >= source.length()) {
        throw JinjaException.at(line(), "a tag does not end");
      }
      char c = source.charAt(at);
      int end = (c == '-' || (c == '+' && close == '%')) ? at + 1 : at;
      if (depth == 0 && source.startsWith(close == '%' ? "%}" : "}}", end)) {
        char sign = end > at ? c : 0;
        at = end + 2;
        add(close == '%' ? Kind.BLOCK_END : Kind.OUTPUT_END, "end of tag");
        afterTag(sign, close == '%');
        return;
      }
      if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      }
      token(c);
    }
  }

  private void token(char c) {
    int begin = at;
    if (c == '"' || c == '\'') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (c == '_' || Character.isLetter(c)) {
      while (at < source.length() && isWord(source.charAt(at))) {
        at++;
      }
      add(Kind.NAME, source.substring(begin, at));
    } else {
      String two = source.substring(at, Math.min(source.length(), at + 2));
      boolean pair =
          switch (two) {
            case "//", "**", "==", "!=", ">=", "<=" -> true;
            default -> false;
          };
      if (!pair && "+-*/%~[](){}><=.:|,;".indexOf(c) < 0) {
        throw JinjaException.at(line(), "unexpected character '" + c + "'");
      }
      at += pair ? 2 : 1;
      add(Kind.OPERATOR, source.substring(begin, at));
    }
  }

  private static boolean isWord(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private void number() {
    int begin = at;
    boolean afterDot = begin > 0 && source.charAt(begin - 1) == '.';
    digits();
    boolean isFloat = false;
    if (!afterDot && isDigitAt(at + 1) && source.charAt(at) == '.') {
      isFloat = true;
      at++;
      digits();
    }
    if (!afterDot && at < source.length() && (source.charAt(at) | 32) == 'e') {
      int exponent = at + 1;
      if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (isDigitAt(exponent)) {
        isFloat = true;
        at = exponent;
        digits();
      }
    }
    add(isFloat ? Kind.FLOAT : Kind.INTEGER, source.substring(begin, at).replace("_", ""));
  }

  private void digits() {
    while (isDigitAt(at) || (at < source.length() && source.charAt(at) == '_')) {
      at++;
    }
  }

  private boolean isDigitAt(int index) {
    return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
  }

  private void string(char quote) {
    StringBuilder text = new StringBuilder();
    at++;
    while (at < source.length() && source.charAt(at) != quote) {
      char c = source.charAt(at++);
      if (c == '\\' && at < source.length()) {
        escape(text);
      } else {
        text.append(c);
      }
    }
    if (at >= source.length()) {
      throw JinjaException.at(line(), "a string does not end");
    }
    at++;
    add(Kind.STRING, text.toString());
  }

  /// One of Python's escapes; an unknown one stands for itself.
  private void escape(StringBuilder text) {
    char c = source.charAt(at++);
    switch (c) {
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'v' -> text.append('\u000B');
      case 'a' -> text.append('\u0007');
      case '0' -> text.append('\0');
      case '\\', '\'', '"' -> text.append(c);
      case '\n' -> {}
      case 'x' -> codePoint(text, 2);
      case 'u' -> codePoint(text, 4);
      case 'U' -> codePoint(text, 8);
      default -> text.append('\\').append(c);
    }
  }

  private void codePoint(StringBuilder text, int digits) {
    try {
      text.appendCodePoint(Integer.parseInt(source, at, at + digits, 16));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw JinjaException.at(line(), "a broken escape in a string");
    }
    at += digits;
  }
}
