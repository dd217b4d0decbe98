package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.backend.cuda.CudaUnavailableException;
import dev.stellwerk.inference.backend.cuda.GpuCheck;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `gpu`: whether a GPU is there and computes what it should.
@Command(name = "gpu", description = "Look at the GPU.")
final class GpuCommand implements Runnable {
  /// Called when `check` is not given.
  @Override
  public void run() {
    throw new CliException(ExitCode.USAGE, "did you mean `gpu check`?");
  }

  /// `gpu check`.
  @Command(
      name = "check",
      description = "Run the GPU's kernels and compare them with the processor's.")
  static final class CheckCommand implements Callable<Integer> {
    private static final long SEED = 2026;

    private final Workplace workplace;

    @Option(names = "--json", description = "The table as JSON.")
    boolean json;

    CheckCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      Terminal terminal = workplace.terminal();
      CommandLog.configure(terminal, workplace.global().verbose);
      try (Progress progress = new Progress(terminal)) {
        progress.show("comparing the GPU with the processor");
        GpuCheck.Report report = GpuCheck.run(SEED);
        progress.clear();
        terminal.out().println(json ? report.json() : report.markdown());
        return report.passed() ? ExitCode.DONE : ExitCode.RUN_STOPPED;
      } catch (CudaUnavailableException e) {
        throw new CliException(ExitCode.DEVICE, String.valueOf(e.getMessage()));
      }
    }
  }
}
