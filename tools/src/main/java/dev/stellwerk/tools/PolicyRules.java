package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.ToolPolicy.Decision;
import java.util.List;

/// A policy as it is configured.
///
/// Patterns have the form `source:tool` with `*` and `?`, over raw names: `filesystem:write_*`,
/// `*:delete*`. A matching `deny` wins over `ask`, and `ask` over `allow`. A tool that no pattern
/// names is decided by its effects: the strictest that applies of `destructive`, `openWorld` and
/// `otherwise`.
///
/// @param destructive for tools that may replace or remove, or whose effects are unknown
/// @param openWorld for tools that reach beyond this machine's owner
/// @param otherwise for all tools
public record PolicyRules(
    List<String> allow,
    List<String> ask,
    List<String> deny,
    Decision destructive,
    Decision openWorld,
    Decision otherwise) {
  /// How many patterns one list may hold.
  public static final int PATTERNS_MAX = 1_000;

  private static final int PATTERN_CHARS_MAX = 256;

  /// The built-in tools run, anything else that may destroy needs a person's word, the rest runs.
  public static final PolicyRules DEFAULT =
      new PolicyRules(
          List.of("builtin:*"), List.of(), List.of(), Decision.ASK, Decision.ALLOW, Decision.ALLOW);

  public PolicyRules {
    allow = checked("allow", allow);
    ask = checked("ask", ask);
    deny = checked("deny", deny);
    requireNonNull(destructive, "destructive");
    requireNonNull(openWorld, "openWorld");
    requireNonNull(otherwise, "otherwise");
  }

  private static List<String> checked(String list, List<String> patterns) {
    if (patterns.size() > PATTERNS_MAX) {
      throw new IllegalArgumentException(
          "policy list '" + list + "' has more than " + PATTERNS_MAX + " patterns");
    }
    for (String pattern : patterns) {
      int colon = pattern.indexOf(':');
      if (colon < 1 || colon == pattern.length() - 1 || pattern.length() > PATTERN_CHARS_MAX) {
        throw new IllegalArgumentException(
            "policy pattern '%s' in '%s' must have the form source:tool, for instance builtin:* or"
                    .formatted(pattern, list)
                + " filesystem:write_file");
      }
    }
    return List.copyOf(patterns);
  }
}
