package dev.stellwerk.mcp.client;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One configured server and how it is reached.
public sealed interface McpServer {
  /// The name that prefixes its tools and that policies write; matches `[A-Za-z0-9_-]{1,32}`.
  String name();

  /// Whether what the server says of its tools' effects is believed.
  boolean trusted();

  /// A program that is started here and speaks over its standard input and output.
  ///
  /// @param environment added to the allow-listed variables that every server gets
  /// @param folder where the program runs
  record Stdio(
      String name,
      boolean trusted,
      String command,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> folder)
      implements McpServer {
    public Stdio {
      requireNonNull(name, "name");
      requireNonNull(command, "command");
      arguments = List.copyOf(arguments);
      environment = ordered(environment);
      requireNonNull(folder, "folder");
    }

    /// Names the variables only: their values, and the arguments, may be secrets.
    @Override
    public String toString() {
      return "Stdio[name=" + name + ", command=" + command + ", env=" + environment.keySet() + "]";
    }
  }

  /// A server reached over Streamable HTTP.
  ///
  /// @param headers sent with every request, for instance `Authorization`
  record Http(String name, boolean trusted, URI url, Map<String, String> headers)
      implements McpServer {
    public Http {
      requireNonNull(name, "name");
      requireNonNull(url, "url");
      headers = ordered(headers);
    }

    /// Names the headers only: their values, and a query, may be secrets.
    @Override
    public String toString() {
      return "Http[name="
          + name
          + ", host="
          + url.getAuthority()
          + ", headers="
          + headers.keySet()
          + "]";
    }
  }

  private static Map<String, String> ordered(Map<String, String> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
