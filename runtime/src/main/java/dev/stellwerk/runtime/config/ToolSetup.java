package dev.stellwerk.runtime.config;

import dev.stellwerk.a2a.A2aToolSource;
import dev.stellwerk.mcp.client.McpConfigException;
import dev.stellwerk.mcp.client.McpConnections;
import dev.stellwerk.mcp.client.McpServersConfig;
import dev.stellwerk.tools.CatalogLimits;
import dev.stellwerk.tools.Policies;
import dev.stellwerk.tools.PolicyRules;
import dev.stellwerk.tools.ToolCatalog;
import dev.stellwerk.tools.ToolPolicy;
import dev.stellwerk.tools.ToolPolicy.Decision;
import dev.stellwerk.tools.ToolSource;
import dev.stellwerk.tools.source.PrefixedSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All tools of a configuration: the built-in ones, those of MCP servers, and peers' skills.
///
/// A server or peer that cannot be reached costs its own tools and a warning, nothing else. A file
/// that cannot be read, or a pattern that means nothing, is an error.
public final class ToolSetup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ToolSetup.class);

  private final ToolCatalog catalog;
  private final ToolPolicy policy;

  private ToolSetup(ToolCatalog catalog, ToolPolicy policy) {
    this.catalog = catalog;
    this.policy = policy;
  }

  /// Connects to everything and lists what it offers.
  ///
  /// @throws ConfigException when the configuration is at fault
  public static ToolSetup open(StellwerkConfig config) throws InterruptedException {
    ToolPolicy policy = policy(config.tools());
    List<ToolSource> sources = new ArrayList<>();
    boolean opened = false;
    try {
      sources.add(BuiltinSetup.source(config));
      for (Path file : config.mcp().files().orElse(List.of())) {
        sources.addAll(servers(file));
      }
      for (Map.Entry<String, String> peer : config.a2a().peers().entrySet()) {
        peer(peer.getKey(), peer.getValue(), config).ifPresent(sources::add);
      }
      ToolCatalog catalog = new ToolCatalog(sources, policy, CatalogLimits.DEFAULT);
      catalog.refresh();
      opened = true;
      return new ToolSetup(catalog, policy);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    } finally {
      if (!opened) {
        sources.forEach(ToolSource::close);
      }
    }
  }

  public ToolCatalog catalog() {
    return catalog;
  }

  public ToolPolicy policy() {
    return policy;
  }

  @Override
  public void close() {
    catalog.close();
  }

  private static List<ToolSource> servers(Path file) throws InterruptedException {
    try {
      McpConnections connections =
          McpConnections.open(McpServersConfig.read(file), McpConnections.Listener.none());
      connections
          .failures()
          .forEach((server, why) -> LOG.warn("MCP server {} is not available: {}", server, why));
      return connections.sources().stream().<ToolSource>map(PrefixedSource::new).toList();
    } catch (McpConfigException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<ToolSource> peer(String name, String url, StellwerkConfig config)
      throws InterruptedException {
    try {
      return Optional.of(
          new PrefixedSource(
              A2aToolSource.open(name, URI.create(url), ServiceUrl.of(config), Clock.systemUTC())));
    } catch (IOException e) {
      LOG.warn("A2A peer {} is not available: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  private static ToolPolicy policy(StellwerkConfig.Tools tools) {
    try {
      ToolPolicy base =
          Policies.of(
              new PolicyRules(
                  patterns(tools.allow()),
                  patterns(tools.ask().orElse(List.of())),
                  patterns(tools.deny().orElse(List.of())),
                  decision("destructive", tools.destructive()),
                  decision("open-world", tools.openWorld()),
                  Decision.ALLOW));
      if (tools.only().isEmpty()) {
        return base;
      }
      ToolPolicy only =
          Policies.of(
              new PolicyRules(
                  patterns(tools.only().get()),
                  List.of(),
                  List.of(),
                  Decision.DENY,
                  Decision.DENY,
                  Decision.DENY));
      return (source, rawName, effects) ->
          only.decide(source, rawName, effects) == Decision.DENY
              ? Decision.DENY
              : base.decide(source, rawName, effects);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("tools: " + e.getMessage());
    }
  }

  /// A pattern without a source means any source's tool of that name.
  private static List<String> patterns(List<String> patterns) {
    return patterns.stream()
        .map(pattern -> pattern.contains(":") ? pattern : "*:" + pattern)
        .toList();
  }

  private static Decision decision(String name, String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "allow" -> Decision.ALLOW;
      case "ask" -> Decision.ASK;
      case "deny" -> Decision.DENY;
      default ->
          throw new ConfigException(
              "tools." + name + " is '" + value + "'; it must be allow, ask or deny");
    };
  }
}
