package dev.stellwerk.runtime.hub;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Optional;

/// Where the hub is and how patient we are with it.
///
/// @param url of the hub; its token goes to this scheme, host and port only
/// @param token empty for none
/// @param tokenVariable where the token comes from, for messages
/// @param connectMillisMax to connect
/// @param readMillisMax that a transfer may stand still
/// @param attemptsMax attempts in a row that bring nothing
public record HubSettings(
    URI url,
    Optional<String> token,
    String tokenVariable,
    int connectMillisMax,
    int readMillisMax,
    int attemptsMax) {
  public HubSettings {
    requireNonNull(token, "token");
    requireNonNull(tokenVariable, "tokenVariable");
    Addresses.check(url);
    if (connectMillisMax < 1 || readMillisMax < 1 || attemptsMax < 1) {
      throw new HubException("the hub's limits must be at least 1");
    }
  }

  /// Never shows the token.
  @Override
  public String toString() {
    return "HubSettings[" + url + "]";
  }
}
