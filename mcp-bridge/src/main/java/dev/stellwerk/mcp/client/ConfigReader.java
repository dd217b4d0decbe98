package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads one configuration file; every error names the file, the server and the field.
final class ConfigReader {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Set<String> HTTP_TYPES =
      Set.of("http", "streamable-http", "streamableHttp", "streamable_http");

  /// A server of such a name would fall under the policy's rules for our own tools or our peers.
  private static final Set<String> RESERVED_NAMES = Set.of("builtin", "a2a");

  private static final Set<String> RESERVED_HEADERS =
      Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");
  private static final int NAME_CHARS_MAX = 32;

  private final Path file;
  private final UnaryOperator<@Nullable String> variables;

  ConfigReader(Path file, UnaryOperator<@Nullable String> variables) {
    this.file = file;
    this.variables = variables;
  }

  McpServersConfig read() throws McpConfigException {
    JsonNode servers = parse().path("mcpServers");
    if (!servers.isObject()) {
      throw new McpConfigException(file, "there is no object 'mcpServers'");
    }
    Map<String, McpServer> read = new LinkedHashMap<>();
    Map<String, String> writtenAs = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : servers.properties()) {
      if (entry.getValue().path("disabled").asBoolean(false)) {
        continue;
      }
      McpServer server = new Entry(entry.getKey(), entry.getValue()).server();
      String other = writtenAs.putIfAbsent(server.name(), entry.getKey());
      if (other != null) {
        throw new McpConfigException(
            file,
            "servers '%s' and '%s' would both be called '%s'"
                .formatted(other, entry.getKey(), server.name()));
      }
      read.put(server.name(), server);
    }
    if (read.size() > McpServersConfig.SERVERS_MAX) {
      throw new McpConfigException(
          file, "more than " + McpServersConfig.SERVERS_MAX + " servers are configured");
    }
    return new McpServersConfig(List.copyOf(read.values()));
  }

  private JsonNode parse() throws McpConfigException {
    try {
      if (Files.size(file) > McpServersConfig.FILE_BYTES_MAX) {
        throw new McpConfigException(
            file, "larger than " + McpServersConfig.FILE_BYTES_MAX + " bytes");
      }
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " at line %d, column %d"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw new McpConfigException(file, "not valid JSON" + where + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new McpConfigException(file, "cannot be read: " + e);
    }
  }

  /// One server's entry.
  private final class Entry {
    private final String key;
    private final JsonNode node;

    Entry(String key, JsonNode node) {
      this.key = key;
      this.node = node;
    }

    McpServer server() throws McpConfigException {
      if (!node.isObject()) {
        throw problem("must be an object with 'command' or 'url'");
      }
      String type = node.has("type") ? text("type", node.get("type")) : "";
      boolean command = node.has("command");
      boolean url = node.has("url");
      if (command == url) {
        throw problem(command ? "has both 'command' and 'url'" : "has neither 'command' nor 'url'");
      }
      if (type.equals("sse")) {
        throw problem("type 'sse' is the transport of 2024; give its Streamable HTTP url instead");
      }
      boolean known = command ? type.equals("stdio") : HTTP_TYPES.contains(type);
      if (!type.isEmpty() && !known) {
        throw problem("type '" + type + "' does not go with " + (command ? "command" : "url"));
      }
      return command ? stdio() : http();
    }

    private McpServer stdio() throws McpConfigException {
      String command = text("command", node.get("command"));
      if (command.isBlank()) {
        throw problem("'command' is empty");
      }
      // A program that its owner chose to run here, with the owner's rights, gains nothing by lying
      // about its tools' effects; a server far away might.
      return new McpServer.Stdio(
          name(),
          flag("trusted", true),
          command,
          texts("args"),
          map("env"),
          node.has("cwd") ? Optional.of(folder(text("cwd", node.get("cwd")))) : Optional.empty());
    }

    private McpServer http() throws McpConfigException {
      Map<String, String> headers = map("headers");
      for (Map.Entry<String, String> header : headers.entrySet()) {
        boolean printable =
            header.getValue().chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 127));
        String name = header.getKey().toLowerCase(Locale.ROOT);
        if (RESERVED_HEADERS.contains(name)) {
          throw problem("header '" + header.getKey() + "' is set by the connection itself");
        }
        if (!HEADER_NAME.matcher(name).matches() || !printable) {
          throw problem("header '" + header.getKey() + "' is not a valid HTTP header");
        }
      }
      return new McpServer.Http(
          name(), flag("trusted", false), url(text("url", node.get("url"))), headers);
    }

    private URI url(String text) throws McpConfigException {
      try {
        URI url = new URI(text);
        boolean http = "http".equalsIgnoreCase(url.getScheme());
        if ((http || "https".equalsIgnoreCase(url.getScheme())) && url.getHost() != null) {
          return url;
        }
      } catch (URISyntaxException e) {
        throw problem("'url' is not a URL: " + e.getReason());
      }
      throw problem("'url' must start with http:// or https:// and name a host");
    }

    private Path folder(String text) throws McpConfigException {
      try {
        Path home = file.toAbsolutePath().getParent();
        return home == null ? Path.of(text) : home.resolve(text).normalize();
      } catch (InvalidPathException e) {
        throw problem("'cwd' is not a path: " + e.getReason());
      }
    }

    /// Tool names are built from it: other characters become `_`.
    private String name() throws McpConfigException {
      String name = key.strip().replaceAll("[^A-Za-z0-9_-]", "_");
      if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
        throw problem("a server's name has 1 to " + NAME_CHARS_MAX + " characters");
      }
      if (RESERVED_NAMES.contains(name) || name.startsWith("a2a_")) {
        throw problem("the name is reserved; give the server another");
      }
      return name;
    }

    private boolean flag(String field, boolean absent) throws McpConfigException {
      JsonNode value = node.get(field);
      if (value == null) {
        return absent;
      }
      if (!value.isBoolean()) {
        throw problem("'" + field + "' must be true or false");
      }
      return value.booleanValue();
    }

    private List<String> texts(String field) throws McpConfigException {
      JsonNode array = node.path(field);
      if (array.isMissingNode()) {
        return List.of();
      }
      if (!array.isArray()) {
        throw problem("'" + field + "' must be an array of strings");
      }
      List<String> texts = new ArrayList<>();
      for (JsonNode item : array) {
        texts.add(text(field, item));
      }
      return texts;
    }

    private Map<String, String> map(String field) throws McpConfigException {
      JsonNode object = node.path(field);
      if (object.isMissingNode()) {
        return Map.of();
      }
      if (!object.isObject()) {
        throw problem("'" + field + "' must be an object of strings");
      }
      Map<String, String> map = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        map.put(entry.getKey(), text(field + "." + entry.getKey(), entry.getValue()));
      }
      return map;
    }

    private String text(String field, JsonNode value) throws McpConfigException {
      if (!value.isTextual()) {
        throw problem("'" + field + "' must be a string");
      }
      Matcher matcher = VARIABLE.matcher(value.textValue());
      StringBuilder expanded = new StringBuilder();
      while (matcher.find()) {
        String found = variables.apply(matcher.group(1));
        String used = found == null ? matcher.group(2) : found;
        if (used == null) {
          throw problem(
              "'%s' needs the environment variable %s, which is not set"
                  .formatted(field, matcher.group(1)));
        }
        matcher.appendReplacement(expanded, Matcher.quoteReplacement(used));
      }
      String text = matcher.appendTail(expanded).toString();
      if (text.indexOf('\0') >= 0) {
        throw problem("'" + field + "' holds a NUL character");
      }
      return text;
    }

    private McpConfigException problem(String what) {
      return new McpConfigException(file, "server '" + key + "': " + what);
    }
  }
}
