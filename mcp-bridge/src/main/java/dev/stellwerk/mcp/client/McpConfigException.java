package dev.stellwerk.mcp.client;

import java.nio.file.Path;

/// A configuration file that cannot be used; the message names the file, the server and the field.
public final class McpConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  McpConfigException(Path file, String problem) {
    super(file + ": " + problem);
  }
}
