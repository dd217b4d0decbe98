package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One fuzz input as a chat template: rendered or refused, but never a crash, a hang or a flood.
///
/// The first byte chooses: the rest as source text; the rest as pieces of templates by number; one
/// of the repository's templates with some of its text overwritten by pieces.
public final class TemplateFuzz {
  private static final long MILLIS_MAX = 20_000;
  private static final int OUTPUT_CHARS_MAX = 2 << 20;
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  private static final String[] PIECES = {
    "{{ ",
    " }}",
    "{% ",
    " %}",
    "{%- ",
    " -%}",
    "{#",
    "#}",
    "if ",
    "elif ",
    "else",
    "endif",
    "for ",
    "in ",
    "endfor",
    "set ",
    "endset",
    "macro ",
    "endmacro",
    "filter ",
    "endfilter",
    "generation",
    "endgeneration",
    "break",
    "continue",
    "raw",
    "endraw",
    "messages",
    "tools",
    "m",
    "x",
    "ns",
    "loop",
    ".role",
    ".content",
    ".tool_calls",
    ".index0",
    ".previtem",
    "[0]",
    "[-1]",
    "[::-1]",
    "[1:",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    " = ",
    " == ",
    " ~ ",
    " + ",
    " * ",
    " - ",
    " // ",
    " % ",
    " ** ",
    " | ",
    "tojson",
    "length",
    "list",
    "join",
    "sort",
    "unique",
    "map('upper')",
    "selectattr('role')",
    "default",
    "trim",
    "indent(9)",
    "replace('a', 'bb')",
    "safe",
    "round",
    "from_json",
    "batch(2)",
    " is ",
    "not ",
    "defined",
    "string",
    "mapping",
    " and ",
    " or ",
    "1",
    "0",
    "9999999999",
    "1.5",
    "'a'",
    "\"\\n\"",
    "''",
    "none",
    "true",
    "range(",
    "namespace(x=[])",
    "ns.x",
    "dict(",
    "raise_exception('x')",
    "strftime_now('%Y')",
    ".append(",
    ".pop()",
    ".items()",
    ".get('a')",
    ".split('a')",
    ".strip()",
    ".format(",
    "x(x)",
    "\n",
    "text",
    "é",
    "\uD83D\uDE00"
  };

  private static final List<String> SEEDS =
      List.of("embedded", "hermes", "coder", "harmony", "kimi-conversation", "features");
  private static final String[] SOURCES =
      SEEDS.stream().map(TemplateFuzz::seed).toArray(String[]::new);

  private static final String INPUT =
      """
      {"messages": [{"role": "system", "content": "Be\\n terse."}, {"role": "user", "content": "Hi ü"},
       {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "type": "function",
        "function": {"name": "f", "arguments": {"a": [1, 2.5, null, {"b": "c"}]}}}]},
       {"role": "tool", "tool_call_id": "c", "name": "f", "content": "done"}],
       "tools": [{"type": "function", "function": {"name": "f", "description": "F.", "parameters":
        {"type": "object", "properties": {"a": {"type": "array"}}, "required": ["a"]}}}],
       "add_generation_prompt": true}
      """;

  private TemplateFuzz() {}

  /// Renders what the input stands for.
  ///
  /// @return whether it was rendered
  /// @throws AssertionError when a limit was broken
  public static boolean one(byte[] input) {
    boolean rendered = false;
    long start = System.nanoTime();
    try {
      String out =
          JinjaChatTemplate.of(source(input), Map.of("bos_token", "<s>"), CLOCK)
              .render((ObjectNode) new ObjectMapper().readTree(INPUT));
      if (out.length() > OUTPUT_CHARS_MAX) {
        throw new AssertionError(out.length() + " characters of output");
      }
      rendered = true;
    } catch (TemplateException e) {
      if (!String.valueOf(e.getMessage()).startsWith("the chat template: ")) {
        throw new AssertionError("an error that names no template", e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    if (millis > MILLIS_MAX) {
      throw new AssertionError(millis + " ms");
    }
    return rendered;
  }

  /// The template that an input stands for.
  static String source(byte[] input) {
    if (input.length == 0) {
      return "";
    }
    return switch (input[0] & 3) {
      case 0 -> new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
      case 1 -> pieces(input);
      default -> mutated(input);
    };
  }

  private static String pieces(byte[] input) {
    StringBuilder source = new StringBuilder();
    for (int i = 1; i < input.length; i++) {
      source.append(piece(input[i]));
    }
    return source.toString();
  }

  private static String mutated(byte[] input) {
    StringBuilder source = new StringBuilder(SOURCES[(input[0] >>> 2 & 63) % SOURCES.length]);
    for (int i = 1; i + 3 < input.length; i += 4) {
      int at = ((input[i] & 0xff) << 8 | (input[i + 1] & 0xff)) % source.length();
      int end = Math.min(source.length(), at + (input[i + 2] & 15));
      source.replace(at, end, piece(input[i + 3]));
    }
    return source.toString();
  }

  private static String piece(byte number) {
    return PIECES[(number & 0xff) % PIECES.length];
  }

  private static String seed(String name) {
    try (InputStream in = TemplateFuzz.class.getResourceAsStream("/templates/" + name + ".jinja")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
