package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.agent.AgentService;

/// Ctrl-C: the run is cancelled and writes its last event before the process goes.
final class Interrupts implements AutoCloseable {
  private final Thread hook;

  private Interrupts(Thread hook) {
    this.hook = hook;
  }

  /// Cancels all runs when the process is asked to end, until this is closed.
  static Interrupts cancel(AgentService service) {
    Thread hook = Thread.ofPlatform().name("interrupted").unstarted(service::close);
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interrupts(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is already on its way out and the hook runs.
      return;
    }
  }
}
