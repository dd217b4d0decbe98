package dev.stellwerk.a2a;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.a2a.protocol.AgentCard;
import java.util.List;

/// What our own agent says of itself.
///
/// @param url of the JSON-RPC endpoint, as clients reach it; also our identity in a delegation
///   chain
public record AgentProfile(
    String name, String description, String version, String url, List<AgentCard.Skill> skills) {
  public AgentProfile {
    requireNonNull(name, "name");
    requireNonNull(description, "description");
    requireNonNull(version, "version");
    requireNonNull(url, "url");
    skills = List.copyOf(skills);
  }

  AgentCard card() {
    return new AgentCard(
        name,
        description,
        List.of(
            new AgentCard.Interface(
                url, AgentCard.Interface.JSON_RPC, null, A2aServer.PROTOCOL_VERSION)),
        version,
        AgentCard.Capabilities.NONE,
        List.of("text/plain"),
        List.of("text/plain"),
        skills);
  }
}
