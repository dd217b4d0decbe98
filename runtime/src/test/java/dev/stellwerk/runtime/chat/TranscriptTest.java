package dev.stellwerk.runtime.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.template.TemplateException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a session's tokens become as a conversation goes on.
final class TranscriptTest {
  private static final String END = "<|im_end|>";

  private final ByteTokenizer tokenizer = new ByteTokenizer();
  private final Transcript transcript = new Transcript(tokenizer);
  private final List<Integer> session = new ArrayList<>();

  @Test
  void eachTurnAppendsOnlyWhatIsNew() {
    next("", "Q1.A:");
    generate("one" + END);
    Transcript.Step step = next("Q1.A:one" + END + "\n", "Q1.A:one" + END + "\nQ2.A:");
    assertEquals(5 + 4, step.keep());
    assertEquals("\nQ2.A:", text(step.suffix()));
  }

  @Test
  void generatedIdsStayAsTheyAreWhateverTheirTextIs() {
    next("", "Q1.A:");
    generate("{ \"spaced\" : 1}" + END); // the template writes it without spaces
    next("Q1.A:{\"spaced\":1}" + END, "Q1.A:{\"spaced\":1}" + END + "Q2.A:");
    assertEquals("Q1.A:{ \"spaced\" : 1}" + END + "Q2.A:", text());
  }

  @Test
  void aTurnThatWasCutIsEnded() {
    next("", "Q1.A:");
    generate("on");
    next("Q1.A:on" + END, "Q1.A:on" + END + "Q2.A:");
    assertEquals("Q1.A:on" + END + "Q2.A:", text());
  }

  @Test
  void rewrittenReasoningCostsTheTurnsFromThereOn() {
    next("", "Q1.A:");
    generate("<think>why</think>one" + END);
    String first = "Q1.A:<think>why</think>one" + END;
    next(first, first + "Q2.A:");
    generate("two" + END);
    // From now on the reasoning of the first turn is left out.
    String second = "Q1.A:one" + END + "Q2.A:two" + END;
    Transcript.Step step = next(first + "Q2.A:two" + END, second + "Q3.A:");
    assertEquals(5, step.keep(), "up to the first turn's answer");
    assertEquals(second + "Q3.A:", text());
    generate("three" + END);
    step = next(second + "Q3.A:three" + END, second + "Q3.A:three" + END + "Q4.A:");
    assertEquals("Q4.A:", text(step.suffix()), "and then it goes on as before");
  }

  @Test
  void theTurnBeforeTheDifferenceIsNotTokenisedAgain() {
    next("", "Q1.A:");
    generate("{ \"a\" : 1}" + END);
    String one = "Q1.A:{\"a\":1}" + END;
    next(one, one + "Q2.A:");
    generate("<think>x</think>two" + END);
    String two = one + "Q2.A:<think>x</think>two" + END;
    next(two, one + "Q2.A:two" + END + "Q3.A:");
    assertEquals("Q1.A:{ \"a\" : 1}" + END + "Q2.A:two" + END + "Q3.A:", text());
  }

  @Test
  void otherDeclarationsKeepWhatStandsBeforeThem() {
    next("", "[tools a,b]Q1.A:");
    generate("one" + END);
    String base = "[tools a,b,c]Q1.A:one" + END;
    Transcript.Step step = next(base, base + "Q2.A:");
    assertEquals("[tools a,b".length(), step.keep());
    assertEquals(base + "Q2.A:", text());
  }

  @Test
  void theSameTextAgainLeavesOneTokenToRead() {
    next("", "Q1.A:");
    generate("one");
    Transcript.Step step = next("Q1.B:", "Q1.A:one");
    assertEquals(7, step.keep());
    assertEquals(1, step.suffix().size());
    assertEquals("Q1.A:one", text());
  }

  @Test
  void aTemplateWithoutEndTokensIsRefused() {
    next("", "Q1.A:");
    generate("one");
    assertThrows(TemplateException.class, () -> next("Q1.A:one", "Q1.A:oneQ2.A:"));
  }

  private Transcript.Step next(String base, String full) {
    Transcript.Step step = transcript.next(base, full);
    assertTrue(step.keep() <= session.size());
    assertTrue(step.suffix().size() > 0);
    session.subList(step.keep(), session.size()).clear();
    add(step.suffix());
    return step;
  }

  private void generate(String text) {
    Tokens tokens = tokenizer.encodeRendered(text);
    for (int i = 0; i < tokens.size(); i++) {
      transcript.generated(tokens.get(i));
    }
    add(tokens);
  }

  private void add(Tokens tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      session.add(tokens.get(i));
    }
  }

  private String text() {
    return text(Tokens.of(session.stream().mapToInt(id -> id).toArray()));
  }

  private String text(Tokens tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      text.append(tokenizer.text(tokens.get(i)));
    }
    return text.toString();
  }
}
