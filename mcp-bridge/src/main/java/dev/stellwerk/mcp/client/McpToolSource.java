package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The tools of one MCP server, under the server's name and with the server's own tool names.
///
/// Keeps the server running: a server that died is started again by the next call, at once the
/// first time, with growing delays after that. A call whose fate is unknown is never sent again.
public final class McpToolSource implements ToolSource {
  private static final System.Logger LOG = System.getLogger(McpToolSource.class.getName());

  private final McpServer server;
  private final McpLimits limits;
  private final Clock clock;
  private final Supplier<Wire> wires;

  /// Held while the server is started, so that calls wait for one start instead of making many.
  private final ReentrantLock starting = new ReentrantLock();

  private final Backoff backoff;
  private volatile @Nullable McpSession session;
  private volatile @Nullable Wire wire;
  private volatile ToolListing listing = ToolListing.EMPTY;
  private volatile boolean stale;
  private volatile boolean closed;

  McpToolSource(McpServer server, McpLimits limits, Clock clock, Supplier<Wire> wires) {
    this.server = server;
    this.limits = limits;
    this.clock = clock;
    this.wires = wires;
    this.backoff =
        new Backoff(
            clock,
            Duration.ofMillis(limits.respawnDelayMillisMin()),
            Duration.ofMillis(limits.respawnDelayMillisMax()));
  }

  /// Starts the server and lists its tools.
  static McpToolSource open(McpServer server, McpLimits limits, Clock clock)
      throws McpException, InterruptedException {
    Supplier<Wire> wires =
        switch (server) {
          case McpServer.Stdio stdio -> () -> new StdioWire(stdio, limits);
          case McpServer.Http http -> () -> new HttpWire(http, limits);
        };
    McpToolSource source = new McpToolSource(server, limits, clock, wires);
    boolean opened = false;
    try {
      Instant deadline = clock.instant().plusMillis(limits.startTimeoutMillis());
      McpSession started = source.session(deadline);
      source.relist(started, Duration.between(clock.instant(), deadline));
      opened = true;
      return source;
    } finally {
      if (!opened) {
        source.close();
      }
    }
  }

  @Override
  public String name() {
    return server.name();
  }

  /// The tools as last listed; listed again first when the server has said that they changed.
  ///
  /// A server that is down keeps its tools: a call of one starts it again.
  @Override
  public List<Tool.Spec> list() {
    McpSession current = session;
    if (stale && current != null && current.alive()) {
      try {
        relist(current, Duration.ofMillis(limits.listTimeoutMillis()));
      } catch (McpException e) {
        LOG.log(System.Logger.Level.WARNING, "{0}: tools not listed again: {1}", name(), e.text());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return listing.tools().values().stream().map(ToolListing.Offered::spec).toList();
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    ToolListing.Offered tool = listing.tools().get(call.tool());
    if (tool == null) {
      return new Tool.Result.Failure(
          call.id(), Tool.Reason.UNKNOWN_TOOL, name() + " has no tool " + call.tool(), false);
    }
    if (!call.arguments().isObject()) {
      return new Tool.Result.Failure(
          call.id(), Tool.Reason.INVALID_ARGUMENTS, "the arguments are not an object", false);
    }
    ObjectNode params = JsonNodeFactory.instance.objectNode();
    params.put("name", tool.rawName());
    params.set("arguments", call.arguments());
    try {
      return CallResults.read(call, request(params, context.deadline()), limits);
    } catch (McpException e) {
      return failure(call, tool.spec().effects(), e);
    }
  }

  /// The name that the server gave the tool, where ours differs.
  @Override
  public String rawName(String offeredName) {
    ToolListing.Offered tool = listing.tools().get(offeredName);
    return tool == null ? offeredName : tool.rawName();
  }

  @Override
  public void close() {
    closed = true;
    McpSession current = session;
    if (current != null) {
      current.close();
    }
    // A wire whose session is still being opened: closing it ends the opening.
    Wire opening = wire;
    if (opening != null) {
      opening.close();
    }
  }

  private JsonNode request(ObjectNode params, Instant deadline)
      throws McpException, InterruptedException {
    McpSession current = session(deadline);
    try {
      return answered(current, params, deadline);
    } catch (McpException e) {
      if (e.kind() != McpException.Kind.SESSION_EXPIRED) {
        throw e;
      }
      // The server answered that it does not know us, so it did not act: asking again is safe.
      current.closed(e.text());
      return answered(session(deadline), params, deadline);
    }
  }

  private JsonNode answered(McpSession on, ObjectNode params, Instant deadline)
      throws McpException, InterruptedException {
    try {
      JsonNode result = on.request("tools/call", params, until(deadline));
      backoff.succeeded();
      return result;
    } catch (McpException e) {
      if (e.kind() == McpException.Kind.REFUSED) {
        backoff.succeeded();
      }
      throw e;
    }
  }

  /// The live session, opened if need be.
  private McpSession session(Instant deadline) throws McpException, InterruptedException {
    McpSession current = session;
    if (current != null && current.alive()) {
      return current;
    }
    if (!starting.tryLock(until(deadline).toNanos(), TimeUnit.NANOSECONDS)) {
      throw new McpException(McpException.Kind.NOT_SENT, "it is still being started");
    }
    try {
      current = session;
      if (current != null && current.alive()) {
        return current;
      }
      if (current != null) {
        session = null;
        backoff.failed();
        Thread.startVirtualThread(current::close);
      }
      Duration wait = backoff.remaining();
      if (wait.isPositive()) {
        throw new McpException(
            McpException.Kind.NOT_SENT,
            "it failed and is not started again for " + (wait.toMillis() + 999) / 1000 + " s");
      }
      return start(deadline);
    } finally {
      starting.unlock();
    }
  }

  private McpSession start(Instant deadline) throws McpException, InterruptedException {
    Wire connecting = wires.get();
    wire = connecting;
    if (closed) {
      throw new McpException(McpException.Kind.NOT_SENT, "it is closed");
    }
    Duration startTimeout = Duration.ofMillis(limits.startTimeoutMillis());
    Duration left = until(deadline);
    try {
      McpSession started =
          McpSession.open(
              connecting,
              limits,
              left.compareTo(startTimeout) < 0 ? left : startTimeout,
              () -> stale = true);
      session = started;
      if (closed) {
        started.close();
      }
      stale = true;
      return started;
    } catch (McpException e) {
      backoff.failed();
      throw new McpException(McpException.Kind.NOT_SENT, "it cannot be started: " + e.text());
    }
  }

  private void relist(McpSession on, Duration timeout) throws McpException, InterruptedException {
    stale = false; // first, so that a change during the listing is not missed
    ToolListing fetched = ToolListing.fetch(on, server.trusted(), limits, timeout);
    listing = fetched;
    for (String line : fetched.leftOut()) {
      LOG.log(System.Logger.Level.WARNING, "{0}: left out {1}", name(), line);
    }
  }

  private Tool.Result failure(Tool.Call call, Tool.Effects effects, McpException e) {
    String message = "MCP server '" + name() + "': " + e.text();
    return switch (e.kind()) {
      case NOT_SENT, SESSION_EXPIRED ->
          new Tool.Result.Failure(call.id(), Tool.Reason.UNAVAILABLE, message, true);
      case LOST ->
          new Tool.Result.Failure(call.id(), Tool.Reason.UNAVAILABLE, message, effects.retryable());
      case TIMEOUT ->
          new Tool.Result.Failure(call.id(), Tool.Reason.TIMEOUT, message, effects.retryable());
      case UNUSABLE ->
          new Tool.Result.Failure(call.id(), Tool.Reason.INVALID_RESULT, message, false);
      case REFUSED -> refused(call, e);
    };
  }

  private static Tool.Result refused(Tool.Call call, McpException e) {
    boolean invalidParams = e.code() == -32602;
    return new Tool.Result.Failure(
        call.id(),
        invalidParams ? Tool.Reason.INVALID_ARGUMENTS : Tool.Reason.TOOL_ERROR,
        e.text(),
        false);
  }

  private Duration until(Instant deadline) {
    Duration left = Duration.between(clock.instant(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
