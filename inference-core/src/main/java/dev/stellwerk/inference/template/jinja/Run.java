package dev.stellwerk.inference.template.jinja;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// One rendering: its output and what is left of its limits. Every value and statement counts, and
/// so does every character that an operation creates, which bounds time and memory together.
final class Run {
  static final int OUTPUT_CHARS_MAX = 2 << 20;
  static final int DEPTH_MAX = 500;
  static final long WORK_MAX = 64 << 20;

  /// A second net for what the counts miss: single steps are short, so that looking at the clock
  /// between them is enough.
  static final long RENDER_MILLIS_MAX = 5_000;

  private static final int STEPS_BETWEEN_LOOKS = 16;
  private static final int STEP_WORK = 16;
  private static final int ITEM_WORK = 16;
  private static final int SCOPE_WORK = 64;

  final Clock clock;
  private StringBuilder out = new StringBuilder();
  private final long startNanos = System.nanoTime();
  private long work;
  private int steps;
  private int depth;
  private int line;

  Run(Clock clock) {
    this.clock = clock;
  }

  int line() {
    return line;
  }

  void line(int current) {
    line = current;
  }

  void enter() {
    created(STEP_WORK);
    if (++depth > DEPTH_MAX) {
      throw new JinjaException("the template nests deeper than " + DEPTH_MAX);
    }
    if (++steps % STEPS_BETWEEN_LOOKS == 0
        && System.nanoTime() - startNanos > RENDER_MILLIS_MAX * 1_000_000) {
      throw new JinjaException("rendering takes more than " + RENDER_MILLIS_MAX + " ms");
    }
  }

  /// `str(value)`, accounted for.
  String text(@Nullable Object value) {
    String text = Text.of(value);
    created(text.length());
    return text;
  }

  void leave() {
    depth--;
  }

  /// Accounts for list items before an operation creates them.
  void createdItems(long count) {
    created(count * ITEM_WORK);
  }

  /// Accounts for a turn of a loop or a call of a macro.
  void createdScope() {
    created(SCOPE_WORK);
  }

  /// Accounts for characters before an operation creates them.
  void created(long size) {
    work += size;
    if (work > WORK_MAX) {
      throw new JinjaException("the template does too much work for one conversation");
    }
  }

  void print(String text) {
    if (out.length() + (long) text.length() > OUTPUT_CHARS_MAX) {
      throw new JinjaException(
          "the conversation renders to more than " + OUTPUT_CHARS_MAX + " characters");
    }
    created(text.length());
    out.append(text);
  }

  /// Runs a block whose output is a value.
  String capture(Block block, Scope scope) {
    StringBuilder outer = out;
    out = new StringBuilder();
    block.run(scope);
    String captured = out.toString();
    out = outer;
    return captured;
  }

  String output() {
    return out.toString();
  }
}
