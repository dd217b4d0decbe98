package dev.stellwerk.tools;

import dev.stellwerk.tools.ToolPolicy.Decision;
import java.util.List;

/// Policies made from rules.
public final class Policies {
  /// Lets everything run; for tests and for callers that decide elsewhere.
  public static final ToolPolicy ALLOW_ALL = (source, rawName, effects) -> Decision.ALLOW;

  private Policies() {}

  /// The policy that the rules describe.
  public static ToolPolicy of(PolicyRules rules) {
    return (source, rawName, effects) -> {
      if (anyMatches(rules.deny(), source, rawName)) {
        return Decision.DENY;
      }
      if (anyMatches(rules.ask(), source, rawName)) {
        return Decision.ASK;
      }
      if (anyMatches(rules.allow(), source, rawName)) {
        return Decision.ALLOW;
      }
      return byEffects(rules, effects);
    };
  }

  private static boolean anyMatches(List<String> patterns, String source, String rawName) {
    for (String pattern : patterns) {
      int colon = pattern.indexOf(':');
      // Source and tool are matched apart, so that no tool name can reach into the source's part.
      if (Glob.matches(pattern.substring(0, colon), source)
          && Glob.matches(pattern.substring(colon + 1), rawName)) {
        return true;
      }
    }
    return false;
  }

  private static Decision byEffects(PolicyRules rules, Tool.Effects effects) {
    Decision decision = rules.otherwise();
    if (effects.destructive()) {
      decision = stricter(decision, rules.destructive());
    }
    if (effects.openWorld()) {
      decision = stricter(decision, rules.openWorld());
    }
    return decision;
  }

  private static Decision stricter(Decision a, Decision b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
