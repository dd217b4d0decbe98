package dev.stellwerk.mcp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stellwerk.mcp.wire.BoundedLines;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Reads server-sent events (WHATWG HTML, section 9.2) down to what MCP uses of them: the data, the
/// id of the last event and the delay before a reconnection.
///
/// Not thread-safe.
final class EventStream implements AutoCloseable {
  private static final int FIELD_NAME_BYTES = 6; // "data: "

  private final BoundedLines lines;
  private final int dataBytesMax;
  private String lastEventId = "";
  private long retryMillis = -1;

  EventStream(InputStream in, int dataBytesMax) {
    this.lines = new BoundedLines(in, dataBytesMax + FIELD_NAME_BYTES);
    this.dataBytesMax = dataBytesMax;
  }

  /// The data of the next event that has any; empty at the end of the stream.
  ///
  /// @throws TooLargeException when an event's data exceed their bound
  Optional<String> next() throws IOException {
    StringBuilder data = new StringBuilder();
    while (true) {
      switch (lines.next()) {
        case END -> {
          return Optional.empty(); // an event without its blank line is half a frame
        }
        case OVERSIZED -> throw new TooLargeException();
        case LINE -> {
          String line = new String(lines.bytes(), UTF_8);
          if (line.isEmpty() && !data.toString().isBlank()) {
            return Optional.of(data.toString());
          }
          field(line, data);
        }
      }
    }
  }

  /// Where to resume, or empty when the server gave no event an id.
  String lastEventId() {
    return lastEventId;
  }

  /// How long the server wants us to wait before we reconnect, or -1 when it did not say.
  long retryMillis() {
    return retryMillis;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private void field(String line, StringBuilder data) throws TooLargeException {
    int colon = line.indexOf(':');
    if (colon <= 0) {
      return; // a comment, or a field that MCP does not use
    }
    String value = line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
    switch (line.substring(0, colon)) {
      case "data" -> {
        if (data.length() + value.length() > dataBytesMax) {
          throw new TooLargeException();
        }
        data.append(data.isEmpty() ? "" : "\n").append(value);
      }
      case "id" -> lastEventId = value;
      case "retry" -> {
        if (value.matches("[0-9]{1,9}")) {
          retryMillis = Long.parseLong(value);
        }
      }
      default -> {}
    }
  }

  /// An event that is larger than its bound.
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
