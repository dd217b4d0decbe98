package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an agent says of itself at `/.well-known/agent-card.json` (section 8).
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentCard(
    String name,
    String description,
    List<Interface> supportedInterfaces,
    String version,
    Capabilities capabilities,
    List<String> defaultInputModes,
    List<String> defaultOutputModes,
    List<Skill> skills) {
  public static final String PATH = "/.well-known/agent-card.json";

  @SuppressWarnings(
      "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
  public AgentCard {
    name = name == null ? "" : name;
    description = description == null ? "" : description;
    supportedInterfaces =
        supportedInterfaces == null ? List.of() : List.copyOf(supportedInterfaces);
    version = version == null ? "" : version;
    capabilities = capabilities == null ? Capabilities.NONE : capabilities;
    defaultInputModes = defaultInputModes == null ? List.of() : List.copyOf(defaultInputModes);
    defaultOutputModes = defaultOutputModes == null ? List.of() : List.copyOf(defaultOutputModes);
    skills = skills == null ? List.of() : List.copyOf(skills);
  }

  /// Where and how the agent is reached; the first one that a client knows is preferred (section
  /// 8.3).
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Interface(
      String url, String protocolBinding, @Nullable String tenant, String protocolVersion) {
    public static final String JSON_RPC = "JSONRPC";
  }

  /// Which optional parts of the protocol the agent serves.
  public record Capabilities(
      boolean streaming, boolean pushNotifications, boolean extendedAgentCard) {
    public static final Capabilities NONE = new Capabilities(false, false, false);
  }

  /// One thing that the agent can do.
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Skill(
      String id, String name, String description, List<String> tags, List<String> examples) {
    @SuppressWarnings(
        "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
    public Skill {
      id = id == null ? "" : id;
      name = name == null ? "" : name;
      description = description == null ? "" : description;
      tags = tags == null ? List.of() : List.copyOf(tags);
      examples = examples == null ? List.of() : List.copyOf(examples);
    }
  }
}
