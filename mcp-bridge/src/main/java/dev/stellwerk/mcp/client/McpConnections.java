package dev.stellwerk.mcp.client;

import dev.stellwerk.tools.ToolSource;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All configured servers, started together: the tool sources of those that answered, the reasons
/// of those that did not.
public final class McpConnections implements AutoCloseable {
  private final List<ToolSource> sources;
  private final Map<String, String> failures;

  private McpConnections(List<ToolSource> sources, Map<String, String> failures) {
    this.sources = List.copyOf(sources);
    this.failures = Map.copyOf(failures);
  }

  /// Hears how the servers come up, one call at a time, each server's own in order.
  public interface Listener {
    void starting(String server);

    void ready(String server, int tools, Duration took);

    void failed(String server, String reason);

    /// Hears nothing.
    static Listener none() {
      return new Listener() {
        @Override
        public void starting(String server) {}

        @Override
        public void ready(String server, int tools, Duration took) {}

        @Override
        public void failed(String server, String reason) {}
      };
    }
  }

  /// Starts all servers in parallel and returns when each has answered or failed; a start takes at
  /// most `startTimeoutMillis`.
  public static McpConnections open(McpServersConfig config, Listener listener)
      throws InterruptedException {
    return open(config, listener, McpLimits.DEFAULT, Clock.systemUTC());
  }

  /// The same with other limits and another clock.
  public static McpConnections open(
      McpServersConfig config, Listener listener, McpLimits limits, Clock clock)
      throws InterruptedException {
    Object turn = new Object();
    List<Start> starts = new ArrayList<>();
    for (McpServer server : config.servers()) {
      starts.add(new Start(server, listener, turn, limits, clock));
    }
    starts.forEach(Start::begin);
    try {
      for (Start start : starts) {
        start.thread.join();
      }
    } catch (InterruptedException e) {
      starts.forEach(Start::abandon);
      throw e;
    }
    List<ToolSource> sources = new ArrayList<>();
    Map<String, String> failures = new LinkedHashMap<>();
    for (Start start : starts) {
      start.source().ifPresentOrElse(sources::add, () -> failures.put(start.name(), start.failure));
    }
    return new McpConnections(sources, failures);
  }

  /// One source a server that started, in the configuration's order.
  public List<ToolSource> sources() {
    return sources;
  }

  /// Why each of the others did not start.
  public Map<String, String> failures() {
    return failures;
  }

  /// Stops all servers, in parallel.
  @Override
  public void close() {
    List<Thread> closing = new ArrayList<>();
    for (ToolSource source : sources) {
      closing.add(Thread.startVirtualThread(source::close));
    }
    try {
      for (Thread thread : closing) {
        thread.join();
      }
    } catch (InterruptedException e) {
      // The servers go on being stopped; only the waiting ends.
      Thread.currentThread().interrupt();
    }
  }

  /// The start of one server, on a thread of its own.
  private static final class Start {
    private final McpServer server;
    private final Listener listener;
    private final Object turn;
    private final McpLimits limits;
    private final Clock clock;
    private final Thread thread;
    private volatile Optional<ToolSource> source = Optional.empty();
    private volatile String failure = "";
    private volatile boolean abandoned;

    Start(McpServer server, Listener listener, Object turn, McpLimits limits, Clock clock) {
      this.server = server;
      this.listener = listener;
      this.turn = turn;
      this.limits = limits;
      this.clock = clock;
      this.thread = Thread.ofVirtual().name("mcp-" + server.name() + "-start").unstarted(this::run);
    }

    void begin() {
      thread.start();
    }

    String name() {
      return server.name();
    }

    Optional<ToolSource> source() {
      return source;
    }

    /// Stops what was started, and what is about to be.
    void abandon() {
      abandoned = true;
      thread.interrupt();
      source.ifPresent(ToolSource::close);
    }

    private void run() {
      synchronized (turn) {
        listener.starting(name());
      }
      long begun = System.nanoTime();
      try {
        McpToolSource opened = McpToolSource.open(server, limits, clock);
        source = Optional.of(opened);
        if (abandoned) {
          opened.close();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        synchronized (turn) {
          listener.ready(name(), opened.list().size(), took);
        }
      } catch (McpException e) {
        failure = e.text();
        synchronized (turn) {
          listener.failed(name(), failure);
        }
      } catch (InterruptedException e) {
        failure = "interrupted";
      }
    }
  }
}
