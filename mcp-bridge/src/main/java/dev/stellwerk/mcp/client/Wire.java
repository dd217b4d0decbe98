package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// One connection to a server, carrying JSON-RPC messages both ways.
interface Wire extends AutoCloseable {
  /// Takes what a wire brings. Called on the wire's threads, which it must not block.
  interface Receiver {
    void received(JsonNode message);

    /// A message of ours did not arrive, which only some wires can tell.
    void undelivered(JsonNode message, McpException reason);

    /// A message was longer than allowed and has been skipped.
    void oversized();

    /// The connection is gone for good.
    void closed(String reason);
  }

  /// Connects; after this the receiver hears.
  void start(Receiver receiver) throws McpException;

  /// Hands a message over and does not wait until it is read.
  ///
  /// @throws McpException of kind NOT_SENT when the connection is gone or its queue full
  void send(ObjectNode message) throws McpException;

  /// Nobody waits for the answer to that request any more.
  default void givenUp(long id) {}

  /// Tells which revision of the protocol both ends speak from now on.
  default void negotiated(String protocolVersion) {}

  /// Ends the connection within a bounded time. Idempotent.
  @Override
  void close();
}
