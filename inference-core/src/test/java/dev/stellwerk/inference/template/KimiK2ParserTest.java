package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stellwerk.inference.constraint.ListedTokenizer;
import dev.stellwerk.inference.template.KimiK2Format.Options;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KimiK2ParserTest {
  private static final String SECTION = "<|tool_calls_section_begin|>";
  private static final String SECTION_END = "<|tool_calls_section_end|>";
  private static final String CALL = "<|tool_call_begin|>";
  private static final String ARGUMENTS = "<|tool_call_argument_begin|>";
  private static final String CALL_END = "<|tool_call_end|>";

  private final ListedTokenizer tokenizer = ListedTokenizer.small();
  private final KimiK2Format format = new KimiK2Format(tokenizer, Options.DEFAULTS);

  /// What a stream brings, one line a part; texts that follow each other are joined by `|`.
  private String read(boolean bytewise, String... pieces) {
    TurnParser parser = format.parser(List.of(), 0);
    List<Part> parts = new ArrayList<>();
    for (String piece : pieces) {
      for (int token : tokens(piece, bytewise)) {
        parts.addAll(parser.accept(token));
      }
    }
    parts.addAll(parser.finish());
    StringBuilder all = new StringBuilder();
    for (Part part : parts) {
      all.append(
          switch (part) {
            case Part.Text(var text) -> "text " + text;
            case Part.Reasoning(var text) -> "reasoning " + text;
            case Part.CallNamed(var id, var name) -> "named " + id + " " + name;
            case Part.CallComplete(var call) ->
                "call " + call.id() + " " + call.name() + " " + call.arguments();
          });
      all.append('\n');
    }
    return all.toString();
  }

  private int[] tokens(String piece, boolean bytewise) {
    if (tokenizer.special(piece).isPresent()) {
      return new int[] {tokenizer.special(piece).getAsInt()};
    }
    if (!bytewise) {
      return tokenizer.encodeText(piece).toArray();
    }
    byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i] = bytes[i] & 0xff;
    }
    return tokens;
  }

  @Test
  void textAndCalls() {
    String read =
        read(
            false,
            "a",
            SECTION,
            CALL,
            "functions.read:0",
            ARGUMENTS,
            "{\"n\":1}",
            CALL_END,
            CALL,
            "functions.read_file:1",
            ARGUMENTS,
            "{\"path\":\"😀\"}",
            CALL_END,
            SECTION_END,
            "<|im_end|>");
    assertEquals(
        """
        text a
        named functions.read:0 read
        call functions.read:0 read {"n":1}
        named functions.read_file:1 read_file
        call functions.read_file:1 read_file {"path":"😀"}
        """,
        read);
  }

  @Test
  void halfCodePointsWait() {
    assertEquals("text é\ntext 日\ntext 😀\n", read(true, "é日😀"));
    assertEquals("reasoning ü\ntext 語\n", read(true, "<think>", "ü", "</think>", "語"));
    TurnParser parser = format.parser(List.of(), 0);
    assertEquals(List.of(), parser.accept(0xc3));
    assertEquals(List.of(new Part.Text("\ufffd")), parser.finish());
  }

  @Test
  void aMissingSectionEndIsTolerated() {
    String call = "named functions.read:0 read\ncall functions.read:0 read {}\n";
    assertEquals(call, read(false, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}", CALL_END));
    assertEquals(
        call,
        read(false, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}", CALL_END, "<|im_end|>"));
    assertEquals(
        call, read(false, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}", SECTION_END));
    assertEquals(call, read(false, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}"));
    assertEquals(call, read(false, CALL, "functions.read:0", ARGUMENTS, "{}", CALL_END));
  }

  @Test
  void whatWasCutOffIsNoCall() {
    assertEquals(
        "named functions.read:0 read\n",
        read(false, SECTION, CALL, "functions.read:0", ARGUMENTS, "{\"n\":"));
    assertEquals("", read(false, SECTION, CALL, "functions.re"));
  }

  @Test
  void mistakesReachTheCaller() {
    assertEquals(
        "named functions.a:0 a\ncall functions.a:0 a \"{oops\"\n",
        read(false, SECTION, CALL, "functions.a:0", ARGUMENTS, "{oops", CALL_END));
    assertEquals(
        "named functions.a:0 a\ncall functions.a:0 a {}\n",
        read(false, SECTION, CALL, "functions.a:0", ARGUMENTS, " ", CALL_END));
    assertEquals(
        "named a:x:9 a:x\ncall a:x:9 a:x {}\n",
        read(false, SECTION, CALL, " a:x:9 ", ARGUMENTS, "{}", CALL_END));
    assertEquals(
        "named functions.a a\ncall functions.a a {}\n",
        read(false, SECTION, CALL, "functions.a", ARGUMENTS, "{}", CALL_END));
  }

  @Test
  void textGoesOnAfterASection() {
    assertEquals("text b\n", read(false, SECTION, SECTION_END, "b"));
    assertEquals("", read(false, SECTION, "\n", SECTION_END));
  }
}
