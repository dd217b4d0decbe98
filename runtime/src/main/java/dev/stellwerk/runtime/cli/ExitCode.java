package dev.stellwerk.runtime.cli;

/// How a command ends. Scripts rely on these numbers.
final class ExitCode {
  static final int DONE = 0;
  static final int RUN_STOPPED = 1;
  static final int USAGE = 2;
  static final int MODEL = 3;
  static final int SETUP = 4;
  static final int DEVICE = 7;
  static final int PULL = 8;
  static final int INTERNAL = 70;
  static final int INTERRUPTED = 130;

  /// What the help shows; picocli wants `code:text`.
  static final String[] LIST = {
    "0:done",
    "1:the run ended without an answer",
    "2:wrong usage",
    "3:the model could not be loaded",
    "4:configuration, data directory or a tool server is at fault",
    "5:no suitable JDK (launcher)",
    "6:the build failed (launcher)",
    "7:no usable device",
    "8:a model could not be pulled",
    "70:internal error",
    "130:interrupted"
  };

  private ExitCode() {}
}
