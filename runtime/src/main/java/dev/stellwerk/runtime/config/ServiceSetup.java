package dev.stellwerk.runtime.config;

import dev.stellwerk.a2a.A2aServer;
import dev.stellwerk.a2a.AgentProfile;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.runtime.http.Served;
import dev.stellwerk.tools.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Hands an assembled agent to the HTTP edge.
public final class ServiceSetup {
  private static final Duration A2A_SEND_WAIT = Duration.ofMinutes(5);
  private static final int TOOLS_NAMED_MAX = 16;

  private ServiceSetup() {}

  /// Sets what is served, and where Quarkus listens.
  public static void install(StellwerkConfig config, Assembly assembly) {
    System.setProperty("quarkus.http.host", config.http().host());
    System.setProperty("quarkus.http.port", Integer.toString(config.http().port()));
    List<String> hosts = new ArrayList<>(config.http().allowedHosts().orElse(List.of()));
    if (!config.http().host().equals("0.0.0.0")) {
      hosts.add(config.http().host());
    }
    Served.install(
        new Served(
            assembly.service(),
            assembly.defaults(),
            new A2aServer(profile(config, assembly), assembly.port(), A2A_SEND_WAIT),
            assembly.modelName(),
            hosts,
            config.http().requestCharsMax()));
  }

  private static AgentProfile profile(StellwerkConfig config, Assembly assembly) {
    String tools =
        assembly.catalog().snapshot().specs().stream()
            .map(Tool.Spec::name)
            .limit(TOOLS_NAMED_MAX)
            .collect(Collectors.joining(", "));
    AgentCard.Skill skill =
        new AgentCard.Skill(
            "run_task",
            "Run a task",
            "Carries out a request in plain words with the tools of this machine: " + tools + ".",
            List.of("tools"),
            List.of("What is 17 * 23?"));
    return new AgentProfile(
        "Stellwerk",
        "An agent that runs on its own machine: a local model, and tools.",
        Version.current(),
        ServiceUrl.of(config),
        List.of(skill));
  }
}
