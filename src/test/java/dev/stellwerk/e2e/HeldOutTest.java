package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The embedded model on 200 generated requests over the built-in tools, whose phrasings and values
/// training never saw.
final class HeldOutTest {
  private static final double TOOL_SHARE_MIN = 0.85;
  private static final double EXACT_SHARE_MIN = 0.65;

  @TempDir Path temp;

  @Test
  void theModelMakesTheRightCallsAndOnlyValidOnes() {
    Path cases = Product.ROOT.resolve("training/eval/builtin_heldout.jsonl");
    Product.Outcome outcome = new Product(temp).run("eval", "--json", cases.toString());
    assertEquals(0, outcome.exitCode(), outcome::err);
    System.out.println(outcome.out());
    JsonNode all = outcome.lastLine().path("categories").path("all");
    int count = all.path("cases").asInt();
    assertEquals(200, count, outcome::out);
    assertEquals(
        all.path("calls").asInt(),
        all.path("validCalls").asInt(),
        "calls that satisfy their schema");
    assertTrue(all.path("rightTools").asInt() >= TOOL_SHARE_MIN * count, outcome::out);
    assertTrue(all.path("exact").asInt() >= EXACT_SHARE_MIN * count, outcome::out);
  }
}
