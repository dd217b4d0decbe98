package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.ToolPolicy.Decision;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoliciesTest {
  private static final Tool.Effects WRITES = new Tool.Effects(false, true, true, false);
  private static final Tool.Effects OPEN = new Tool.Effects(true, true, false, true);

  private static PolicyRules rules(List<String> allow, List<String> ask, List<String> deny) {
    return new PolicyRules(allow, ask, deny, Decision.DENY, Decision.ASK, Decision.ALLOW);
  }

  @Test
  void denyWinsOverAskAndAskOverAllow() {
    ToolPolicy policy =
        Policies.of(rules(List.of("files:*"), List.of("files:w*"), List.of("*:write_all")));
    assertEquals(Decision.ALLOW, policy.decide("files", "read", WRITES));
    assertEquals(Decision.ASK, policy.decide("files", "write", WRITES));
    assertEquals(Decision.DENY, policy.decide("files", "write_all", Tool.Effects.READ_ONLY));
  }

  @Test
  void effectsDecideWhereNoPatternDoes() {
    ToolPolicy policy = Policies.of(rules(List.of(), List.of(), List.of()));
    assertEquals(Decision.ALLOW, policy.decide("a", "x", Tool.Effects.READ_ONLY));
    assertEquals(Decision.ASK, policy.decide("a", "x", OPEN));
    assertEquals(Decision.DENY, policy.decide("a", "x", WRITES));
    assertEquals(Decision.DENY, policy.decide("a", "x", Tool.Effects.UNKNOWN));
  }

  @Test
  void aToolNameCannotReachIntoTheSourcesPart() {
    ToolPolicy policy = Policies.of(rules(List.of("safe:*"), List.of(), List.of()));
    assertEquals(Decision.DENY, policy.decide("evil", "safe:x", Tool.Effects.UNKNOWN));
    policy = Policies.of(rules(List.of(), List.of(), List.of("*:delete")));
    assertEquals(Decision.DENY, policy.decide("any", "delete", Tool.Effects.READ_ONLY));
    assertEquals(Decision.ALLOW, policy.decide("any", "x:delete", Tool.Effects.READ_ONLY));
  }

  @Test
  void theDefaultRunsBuiltInToolsAndAsksBeforeOthersDestroy() {
    ToolPolicy policy = Policies.of(PolicyRules.DEFAULT);
    assertEquals(Decision.ALLOW, policy.decide("builtin", "write_file", WRITES));
    assertEquals(Decision.ASK, policy.decide("files", "write_file", WRITES));
    assertEquals(Decision.ASK, policy.decide("files", "mystery", Tool.Effects.UNKNOWN));
    assertEquals(Decision.ALLOW, policy.decide("web", "fetch", OPEN));
  }

  @Test
  void badPatternsAreRefusedByName() {
    for (String bad : List.of("", "read", ":read", "files:", "x".repeat(300) + ":y")) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> rules(List.of(bad), List.of(), List.of()), bad);
      assertTrue(String.valueOf(e.getMessage()).contains("source:tool"));
    }
    List<String> tooMany = Collections.nCopies(PolicyRules.PATTERNS_MAX + 1, "a:b");
    assertThrows(IllegalArgumentException.class, () -> rules(tooMany, List.of(), List.of()));
  }

  @Test
  void globsMatchWholeNamesAndDotsLiterally() {
    assertTrue(Glob.matches("*", ""));
    assertTrue(Glob.matches("a*c*e", "abcde"));
    assertTrue(Glob.matches("a?c", "abc"));
    assertTrue(Glob.matches("**x", "x"));
    assertFalse(Glob.matches("a.c", "abc"));
    assertFalse(Glob.matches("a", "ab"));
    assertFalse(Glob.matches("?", ""));
    assertFalse(Glob.matches("", "a"));
    assertFalse(Glob.matches("*a*a*a*a*a*a*a*a*b", "a".repeat(20_000))); // no backtracking blow-up
  }
}
