package dev.stellwerk.runtime.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An HTTP server with files, which serves them well unless it is told how to misbehave.
final class FileServer implements AutoCloseable {
  /// Answers one request.
  interface Behaviour {
    void answer(HttpExchange exchange, FileServer server) throws IOException;
  }

  /// A request that came.
  record Seen(String path, Map<String, List<String>> headers) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  /// A file that is served.
  static final class Content {
    final byte[] bytes;
    final String etag;

    Content(byte[] bytes, String etag) {
      this.bytes = bytes;
      this.etag = etag;
    }
  }

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  final Map<String, Content> files = new ConcurrentHashMap<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Map<String, Queue<Behaviour>> behaviours = new ConcurrentHashMap<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String host;

  /// @param host the name under which the server is addressed, one of the loopback names
  FileServer(String host) {
    this.host = host;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI url(String path) {
    return URI.create("http://" + host + ":" + server.getAddress().getPort() + path);
  }

  void file(String path, byte[] bytes, String etag) {
    files.put(path, new Content(bytes, etag));
  }

  void text(String path, String text) {
    file(path, text.getBytes(StandardCharsets.UTF_8), "");
  }

  /// The next requests of a path are answered so, one after the other; then the file is served.
  void next(String path, Behaviour... next) {
    behaviours.computeIfAbsent(path, _ -> new ArrayDeque<>()).addAll(Arrays.asList(next));
  }

  List<Seen> seen(String path) {
    return seen.stream().filter(request -> request.path().equals(path)).toList();
  }

  /// An error status.
  static Behaviour status(int status, String... headers) {
    return (exchange, _) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /// What is asked for, cut off after so many bytes.
  static Behaviour cut(int bytes) {
    return (exchange, server) -> server.serve(exchange, bytes, true, true);
  }

  /// The whole file, whatever part was asked for.
  static Behaviour whole() {
    return (exchange, server) -> server.serve(exchange, Integer.MAX_VALUE, false, true);
  }

  /// The part that was asked for, whatever `If-Range` says.
  static Behaviour blind() {
    return (exchange, server) -> server.serve(exchange, Integer.MAX_VALUE, true, false);
  }

  /// Some bytes, and then nothing for a long time.
  static Behaviour stall(int bytes) {
    return (exchange, server) -> {
      Content file = server.content(exchange);
      exchange.getResponseHeaders().add("ETag", file.etag);
      exchange.sendResponseHeaders(200, file.bytes.length);
      exchange.getResponseBody().write(file.bytes, 0, bytes);
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(20_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      seen.add(new Seen(path, Map.copyOf(exchange.getRequestHeaders())));
      Queue<Behaviour> queue = behaviours.getOrDefault(path, new ArrayDeque<>());
      Behaviour behaviour;
      synchronized (this) {
        behaviour = queue.poll();
      }
      if (behaviour != null) {
        behaviour.answer(exchange, this);
      } else if (files.containsKey(path)) {
        serve(exchange, Integer.MAX_VALUE, true, true);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private Content content(HttpExchange exchange) {
    Content file = files.get(exchange.getRequestURI().getPath());
    if (file == null) {
      throw new IllegalStateException("no file at " + exchange.getRequestURI());
    }
    return file;
  }

  private void serve(HttpExchange exchange, int cut, boolean ranges, boolean ifRange)
      throws IOException {
    Content file = content(exchange);
    Headers asked = exchange.getRequestHeaders();
    String condition = asked.getFirst("If-Range");
    String range = asked.getFirst("Range");
    Matcher wanted = RANGE.matcher(range == null ? "" : range);
    if (!file.etag.isEmpty()) {
      exchange.getResponseHeaders().add("ETag", file.etag);
    }
    int from = 0;
    int to = file.bytes.length;
    boolean part =
        ranges
            && wanted.matches()
            && (condition == null || !ifRange || condition.equals(file.etag));
    if (part) {
      from = Integer.parseInt(wanted.group(1));
      if (from >= to) {
        exchange.getResponseHeaders().add("Content-Range", "bytes */" + to);
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      to = wanted.group(2).isEmpty() ? to : Math.min(to, Integer.parseInt(wanted.group(2)) + 1);
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + file.bytes.length);
    }
    exchange.sendResponseHeaders(part ? 206 : 200, to - from);
    OutputStream out = exchange.getResponseBody();
    out.write(file.bytes, from, Math.min(cut, to - from));
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
