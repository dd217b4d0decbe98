package dev.stellwerk.tools.agent;

import java.util.regex.Pattern;

/// Identifies a run. Opaque to callers.
public record RunId(String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9-]{1,64}");

  public RunId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("run id does not match " + FORM);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
