package dev.stellwerk.tools;

/// Patterns of names: `*` for any characters, `?` for one; everything else stands for itself.
///
/// Not regular expressions, because a policy is written by hand and a dot must mean a dot.
public final class Glob {
  private Glob() {}

  /// Whether the whole name matches. Takes at most pattern length × name length steps.
  public static boolean matches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int resume = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
