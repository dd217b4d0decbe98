package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.ListedTokenizer;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.template.KimiK2Format.Options;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KimiK2FormatTest {
  private static final String SECTION = "<|tool_calls_section_begin|>";
  private static final String SECTION_END = "<|tool_calls_section_end|>";
  private static final String CALL = "<|tool_call_begin|>";
  private static final String ARGUMENTS = "<|tool_call_argument_begin|>";
  private static final String CALL_END = "<|tool_call_end|>";
  private static final String END = "<|im_end|>";

  private final ListedTokenizer tokenizer = ListedTokenizer.small();
  private final KimiK2Format format = new KimiK2Format(tokenizer, Options.DEFAULTS);
  private final TokenMask mask = new TokenMask(tokenizer.vocabularySize());

  private static Function function(String name, String schema) {
    try {
      return new Function(name, "", new ObjectMapper().readTree(schema.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(schema, e);
    }
  }

  private static List<Function> two() {
    return List.of(
        function(
            "read_file",
            "{'type':'object','properties':{'path':{'type':'string'}},'required':['path']}"),
        function("read", "{'type':'object','properties':{'n':{'type':'integer'}}}"));
  }

  private int id(String special) {
    return tokenizer.special(special).orElseThrow();
  }

  /// Accepts tokens: specials by their text, other text cut greedily. Each must be in its mask.
  private void feed(Constraint constraint, String... pieces) {
    for (int token : tokens(pieces)) {
      assertTrue(constraint.fill(mask));
      assertTrue(mask.allows(token), () -> "token " + token + " of " + String.join("", pieces));
      constraint.accept(token);
    }
  }

  private int[] tokens(String... pieces) {
    List<Integer> all = new ArrayList<>();
    for (String piece : pieces) {
      if (tokenizer.special(piece).isPresent()) {
        all.add(id(piece));
      } else {
        for (int token : tokenizer.encodeText(piece).toArray()) {
          all.add(token);
        }
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean allows(Constraint constraint, String special) {
    assertTrue(constraint.fill(mask));
    return mask.allows(id(special));
  }

  private void refuses(Constraint constraint, String piece) {
    int token = tokens(piece)[0];
    assertTrue(constraint.fill(mask));
    assertFalse(mask.allows(token), piece);
    assertThrows(IllegalArgumentException.class, () -> constraint.accept(token));
  }

  @Test
  void textThenTwoCallsThenNothingElse() {
    Constraint turn = format.constraint(two(), new Choice.Auto(), true, 7);
    assertTrue(turn.complete());
    feed(turn, "Let me look. {\"functions.x", SECTION);
    assertFalse(turn.complete());
    refuses(turn, "x");
    feed(turn, CALL, "functions.read_file:7", ARGUMENTS, "{\"path\":\"a\\n😀\"}", CALL_END);
    assertTrue(allows(turn, SECTION_END));
    assertFalse(allows(turn, END));
    feed(turn, CALL, "functions.read:8", ARGUMENTS, "{\"n\":-12}", CALL_END, SECTION_END);
    assertTrue(turn.complete());
    refuses(turn, "x");
    refuses(turn, SECTION);
    feed(turn, END);
    assertFalse(turn.complete());
    turn.fill(mask);
    assertEquals(0, mask.count());
  }

  @Test
  void headersAndArgumentsAreThoseOfTheFunction() {
    Constraint turn = format.constraint(two(), new Choice.Auto(), true, 0);
    feed(turn, SECTION, CALL, "functions.read");
    refuses(turn, ARGUMENTS);
    refuses(turn, "x");
    feed(turn, ":0");
    refuses(turn, "0");
    feed(turn, ARGUMENTS, "{\"");
    refuses(turn, "path");
    feed(turn, "n\":1");
    refuses(turn, CALL_END);
    refuses(turn, SECTION_END);
    feed(turn, "}");
    refuses(turn, " ");
    feed(turn, CALL_END);
  }

  @Test
  void everyTokenisationOfAHeaderIsAllowed() {
    String header = "functions.read_file:12";
    for (int cut = 1; cut < header.length(); cut++) {
      Constraint turn = format.constraint(two(), new Choice.Auto(), true, 12);
      feed(turn, SECTION, CALL, header.substring(0, cut), header.substring(cut), ARGUMENTS);
    }
  }

  @Test
  void choices() {
    Constraint none = format.constraint(two(), new Choice.None(), true, 0);
    feed(none, "text");
    refuses(none, SECTION);
    feed(none, END);

    Constraint required = format.constraint(two(), new Choice.Required(), true, 0);
    assertFalse(required.complete());
    refuses(required, "a");
    refuses(required, END);
    feed(required, SECTION);

    Constraint named = format.constraint(two(), new Choice.Named("read"), true, 3);
    int[] forced = named.forced();
    assertArrayEquals(tokens(SECTION, CALL, "functions.read:3", ARGUMENTS), forced);
    feed(named, SECTION, CALL, "functions.read:3", ARGUMENTS, "{}");
    assertArrayEquals(tokens(CALL_END, SECTION_END), named.forced());
    feed(named, CALL_END);
    assertFalse(allows(named, CALL));

    assertThrows(
        IllegalArgumentException.class,
        () -> format.constraint(two(), new Choice.Named("gone"), true, 0));
    Constraint nothing = format.constraint(List.of(), new Choice.Auto(), true, 0);
    refuses(nothing, SECTION);
  }

  @Test
  void callsATurnAreLimited() {
    KimiK2Format small = new KimiK2Format(tokenizer, new Options(Thinking.NONE, 2));
    Constraint turn = small.constraint(two(), new Choice.Auto(), true, 0);
    feed(turn, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}", CALL_END);
    feed(turn, CALL, "functions.read:1", ARGUMENTS, "{}", CALL_END);
    refuses(turn, CALL);
    feed(turn, SECTION_END, END);

    Constraint single = format.constraint(two(), new Choice.Auto(), false, 0);
    feed(single, SECTION, CALL, "functions.read:0", ARGUMENTS, "{}", CALL_END);
    refuses(single, CALL);
  }

  @Test
  void thinkingWhereItIsAllowed() {
    Constraint plain = format.constraint(two(), new Choice.Auto(), true, 0);
    refuses(plain, "<think>");
    KimiK2Format allowed = new KimiK2Format(tokenizer, new Options(Thinking.ALLOWED, 4));
    Constraint turn = allowed.constraint(two(), new Choice.Required(), true, 0);
    feed(turn, "<think>", "the a");
    refuses(turn, END);
    refuses(turn, SECTION);
    feed(turn, "</think>");
    refuses(turn, "a");
    feed(turn, SECTION);
    KimiK2Format opened = new KimiK2Format(tokenizer, new Options(Thinking.OPENED, 4));
    Constraint inside = opened.constraint(two(), new Choice.Auto(), true, 0);
    assertFalse(inside.complete());
    feed(inside, "a", "</think>", "b", END);
  }

  @Test
  void rollbackCrossesMarkers() {
    Constraint turn = format.constraint(two(), new Choice.Auto(), true, 0);
    int[] all = tokens("a ", SECTION, CALL, "functions.read:0", ARGUMENTS, "{\"n\":1}", CALL_END);
    for (int token : all) {
      turn.accept(token);
    }
    for (int back = 0; back <= all.length; back++) {
      turn.rollback(back);
      for (int i = all.length - back; i < all.length; i++) {
        turn.fill(mask);
        assertTrue(mask.allows(all[i]));
        turn.accept(all[i]);
      }
    }
    assertThrows(IllegalArgumentException.class, () -> turn.rollback(all.length + 1));
  }

  @Test
  void aRefusalNamesTheFunction() {
    Function odd = function("odd", "{'type':'object','properties':{'x':{'format':'regex'}}}");
    UnsupportedSchemaException refusal =
        assertThrows(UnsupportedSchemaException.class, () -> format.check(odd));
    assertEquals(
        "function 'odd': schema keyword 'format' at /properties/x: 'regex' is not supported",
        refusal.getMessage());
  }

  /// Random turns: whatever the masks let through, the parser reads as calls of offered functions.
  @Test
  void randomTurnsParse() {
    SplittableRandom random = new SplittableRandom(5);
    int calls = 0;
    for (int run = 0; run < 300; run++) {
      Constraint turn = format.constraint(two(), new Choice.Auto(), true, run);
      TurnParser parser = format.parser(List.of(), 0);
      List<Part> parts = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        turn.fill(mask);
        assertTrue(mask.count() > 0);
        int token = mask.next(random.nextInt(mask.size()));
        token = token < 0 ? mask.next(0) : token;
        for (int marker : tokens(SECTION, CALL_END, "\"}", "}", ":", "\"")) {
          token = mask.allows(marker) && random.nextInt(4) == 0 ? marker : token;
        }
        turn.accept(token);
        parts.addAll(parser.accept(token));
        if (token == id(END)) {
          break;
        }
      }
      parts.addAll(parser.finish());
      int index = run;
      for (Part part : parts) {
        if (part instanceof Part.CallComplete(var call)) {
          assertEquals("functions." + call.name() + ":" + index++, call.id());
          assertTrue(call.arguments().isObject(), call::toString);
          assertTrue(!call.name().equals("read_file") || call.arguments().get("path").isTextual());
          calls++;
        }
      }
    }
    assertTrue(calls > 100, "only " + calls + " calls");
  }
}
