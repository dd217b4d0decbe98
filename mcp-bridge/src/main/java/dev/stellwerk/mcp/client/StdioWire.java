package dev.stellwerk.mcp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.mcp.wire.BoundedLines;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A server that is a child process: one JSON-RPC message a line on its stdin and stdout.
///
/// Three threads read stdout, read stderr and write stdin, so that a server which stops reading
/// cannot stop us from hearing it. The process's death is heard from the process, not from the end
/// of its stdout, which a grandchild may hold open.
final class StdioWire implements Wire {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /// How long a dead process's last output may still take to be read.
  private static final long DRAIN_MILLIS = 40;

  private final McpServer.Stdio server;
  private final McpLimits limits;

  /// Lines to write; what is empty ends the input.
  private final BlockingQueue<Optional<byte[]>> outgoing;

  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile @Nullable ServerProcess process;

  StdioWire(McpServer.Stdio server, McpLimits limits) {
    this.server = server;
    this.limits = limits;
    this.outgoing = new LinkedBlockingQueue<>(limits.sendQueueMax());
  }

  @Override
  public void start(Receiver receiver) throws McpException {
    ServerProcess started = ServerProcess.start(server, limits.stderrLinesMax());
    process = started;
    Thread reader = thread("stdout", () -> read(started, receiver));
    thread("stdin", () -> write(started));
    var _ =
        started
            .onExit()
            .thenRun(() -> Thread.startVirtualThread(() -> exited(started, reader, receiver)));
  }

  @Override
  public void send(ObjectNode message) throws McpException {
    if (ended.get() || stopped.get()) {
      throw new McpException(McpException.Kind.NOT_SENT, "the server is stopped");
    }
    byte[] line;
    try {
      line = JSON.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree is always writable", e);
    }
    if (!outgoing.offer(Optional.of(line))) {
      throw new McpException(McpException.Kind.NOT_SENT, "the server does not read its input");
    }
  }

  @Override
  public void close() {
    ServerProcess running = process;
    if (!stopped.compareAndSet(false, true) || running == null) {
      return;
    }
    // What still waits is dropped: its callers have been told, or tell the server themselves by
    // closing.
    while (!outgoing.offer(Optional.empty())) {
      outgoing.poll();
    }
    running.stop(limits.stopGraceMillis());
  }

  private Thread thread(String stream, Runnable work) {
    return Thread.ofPlatform().daemon().name("mcp-" + server.name() + "-" + stream).start(work);
  }

  private void read(ServerProcess from, Receiver receiver) {
    try (BoundedLines lines = new BoundedLines(from.stdout(), limits.messageBytesMax())) {
      readMessages(lines, from, receiver);
    } catch (IOException e) {
      log("its output cannot be read: " + e.getMessage());
    }
    if (!awaitExit(from)) { // else exited() tells, and says more
      end(receiver, "it closed its output");
      close();
    }
  }

  /// Reads until the stream ends or the server breaks a bound.
  private void readMessages(BoundedLines lines, ServerProcess from, Receiver receiver)
      throws IOException {
    int junkLines = 0;
    while (true) {
      switch (lines.next()) {
        case END -> {
          return;
        }
        case OVERSIZED -> receiver.oversized();
        case LINE -> {
          byte[] line = lines.bytes();
          JsonNode message = parse(line);
          if (message != null) {
            junkLines = 0;
            receiver.received(message);
          } else if (!new String(line, UTF_8).isBlank()) {
            from.note(UntrustedText.line(new String(line, UTF_8), 200));
            if (++junkLines > limits.junkLinesMax()) {
              String lastLines = junkLines + " lines in a row that are no JSON-RPC message";
              end(receiver, "it wrote " + lastLines);
              return;
            }
          }
        }
      }
    }
  }

  /// Null where the line is no JSON object: many servers greet, or log, on stdout.
  private static @Nullable JsonNode parse(byte[] line) {
    try {
      JsonNode node = JSON.readTree(line);
      return node != null && node.isObject() ? node : null;
    } catch (IOException e) {
      return null;
    }
  }

  private void write(ServerProcess to) {
    try (OutputStream stdin = to.stdin()) {
      while (true) {
        Optional<byte[]> line = outgoing.take();
        if (line.isEmpty()) {
          return;
        }
        stdin.write(line.get());
        stdin.write('\n');
        if (outgoing.isEmpty()) {
          stdin.flush();
        }
      }
    } catch (IOException e) {
      // The server no longer reads: its death, or its silence, is noticed elsewhere.
      log("its input cannot be written: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void exited(ServerProcess dead, Thread reader, Receiver receiver) {
    try {
      reader.join(DRAIN_MILLIS);
      end(receiver, "it " + dead.diagnosis(DRAIN_MILLIS));
    } catch (InterruptedException e) {
      end(receiver, "it exited");
    }
    close();
  }

  private static boolean awaitExit(ServerProcess process) {
    try {
      process.onExit().get(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void end(Receiver receiver, String reason) {
    if (ended.compareAndSet(false, true)) {
      receiver.closed(reason);
    }
  }

  private void log(String what) {
    System.getLogger(StdioWire.class.getName())
        .log(System.Logger.Level.DEBUG, "{0}: {1}", server.name(), what);
  }
}
