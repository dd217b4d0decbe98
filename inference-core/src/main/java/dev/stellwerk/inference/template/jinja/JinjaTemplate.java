package dev.stellwerk.inference.template.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A parsed template. Immutable; safe for use by many threads.
public final class JinjaTemplate {
  /// The longest template that is read.
  public static final int SOURCE_CHARS_MAX = 512 << 10;

  private final Block block;

  private JinjaTemplate(Block block) {
    this.block = block;
  }

  /// Reads a template.
  ///
  /// @throws JinjaException when it is too long, wrong, or uses a tag that is not supported
  public static JinjaTemplate parse(String source) {
    if (source.length() > SOURCE_CHARS_MAX) {
      throw new JinjaException(
          "a template of " + source.length() + " characters; at most " + SOURCE_CHARS_MAX);
    }
    return new JinjaTemplate(Parser.parse(source));
  }

  /// Renders with these variables, which hold null, Boolean, Long, Double, String, and mutable List
  /// and Map made for this rendering.
  ///
  /// @param clock what `strftime_now` reads
  /// @throws JinjaException when the template raises, fails, or takes too much time or room
  public String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    Run run = new Run(clock);
    try {
      block.run(new Scope(run, new HashMap<>(variables)));
    } catch (JinjaException e) {
      throw JinjaException.at(run.line(), e.getMessage());
    }
    return run.output();
  }
}
