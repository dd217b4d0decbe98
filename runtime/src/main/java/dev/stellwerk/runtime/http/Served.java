package dev.stellwerk.runtime.http;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.a2a.A2aServer;
import dev.stellwerk.runtime.agent.AgentService;
import dev.stellwerk.runtime.agent.RunDefaults;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// What the HTTP edge serves. It is put together before the server starts, so that a model that
/// cannot be loaded ends the command instead of leaving a server without an agent.
///
/// @param allowedHosts names, beside the loopback ones, that requests may be addressed to
public record Served(
    AgentService service,
    RunDefaults defaults,
    A2aServer a2a,
    String model,
    List<String> allowedHosts,
    int requestCharsMax) {
  private static final AtomicReference<Served> INSTALLED = new AtomicReference<>();

  public Served {
    requireNonNull(service, "service");
    requireNonNull(defaults, "defaults");
    requireNonNull(a2a, "a2a");
    requireNonNull(model, "model");
    allowedHosts = List.copyOf(allowedHosts);
  }

  /// Sets what this process serves.
  public static void install(Served served) {
    INSTALLED.set(served);
  }

  /// What this process serves.
  ///
  /// @throws IllegalStateException before [#install]
  public static Served current() {
    return find().orElseThrow(() -> new IllegalStateException("nothing is served yet"));
  }

  /// What this process serves, if anything.
  public static Optional<Served> find() {
    return Optional.ofNullable(INSTALLED.get());
  }
}
