package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.config.Assembly;
import dev.stellwerk.runtime.config.ServiceSetup;
import dev.stellwerk.runtime.config.StellwerkConfig;
import dev.stellwerk.runtime.http.ServiceMetrics;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `serve`: the agent over HTTP.
@Command(
    name = "serve",
    description =
        "Serve runs over HTTP (/v1/runs), A2A (/a2a), health (/q/health), metrics (/q/metrics).")
final class ServeCommand implements Callable<Integer> {
  private final Workplace workplace;

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ToolOptions tools = new ToolOptions();

  @Option(names = "--host", paramLabel = "ADDRESS", description = "Default: 127.0.0.1.")
  @Nullable String host;

  @Option(names = "--port", paramLabel = "N", description = "Default: 8080.")
  @Nullable Integer port;

  ServeCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    StellwerkConfig config = workplace.config(model, tools, flags());
    checkFree(config.http());
    Terminal terminal = workplace.terminal();
    ServiceMetrics metrics = new ServiceMetrics(Metrics.globalRegistry);
    try (Progress progress = new Progress(terminal)) {
      progress.show(Progress.LOADING);
      try (Assembly assembly =
          Assembly.service(config, Workplace.home(), progress.loading(), metrics)) {
        progress.clear();
        metrics.watch(assembly.service()::active);
        ServiceSetup.install(config, assembly);
        Listening.line =
            "Listening on http://%s:%d with %s and %d tools; Ctrl-C ends it."
                .formatted(
                    config.http().host(),
                    config.http().port(),
                    assembly.modelName(),
                    assembly.catalog().snapshot().specs().size());
        Quarkus.run(Listening.class);
      }
    }
    return ExitCode.DONE;
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new LinkedHashMap<>();
    if (host != null) {
      flags.put("stellwerk.http.host", host);
    }
    if (port != null) {
      flags.put("stellwerk.http.port", port.toString());
    }
    return flags;
  }

  /// Quarkus would say this over many lines, after the model was loaded.
  private static void checkFree(StellwerkConfig.Http http) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(http.host()), http.port()));
    } catch (IOException e) {
      throw new CliException(
          ExitCode.SETUP,
          "cannot listen on %s:%d (%s); choose another with --host and --port"
              .formatted(http.host(), http.port(), e.getMessage()));
    }
  }

  /// Says where the service is once it is there, and waits for its end.
  public static final class Listening implements QuarkusApplication {
    private static volatile String line = "";

    @Override
    public int run(String... args) {
      System.out.println(line);
      Quarkus.waitForExit();
      return ExitCode.DONE;
    }
  }
}
