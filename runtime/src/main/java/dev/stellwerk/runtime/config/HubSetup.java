package dev.stellwerk.runtime.config;

import dev.stellwerk.runtime.hub.HubException;
import dev.stellwerk.runtime.hub.HubSettings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// The hub of a configuration.
public final class HubSetup {
  private HubSetup() {}

  /// Reads the hub's address and its token.
  ///
  /// @param environment of the process, where the token is
  public static HubSettings of(StellwerkConfig config, Map<String, String> environment) {
    StellwerkConfig.Hub hub = config.hub();
    try {
      return new HubSettings(
          URI.create(hub.url()),
          Optional.ofNullable(environment.get(hub.tokenVariable()))
              .map(String::strip)
              .filter(token -> !token.isEmpty()),
          hub.tokenVariable(),
          hub.connectMillisMax(),
          hub.readMillisMax(),
          hub.attemptsMax());
    } catch (HubException | IllegalArgumentException e) {
      throw new ConfigException("configuration: hub: " + e.getMessage());
    }
  }
}
