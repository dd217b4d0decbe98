package dev.stellwerk.mcp.client;

import dev.stellwerk.mcp.wire.BoundedLines;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A server's process: started with a bounded environment, its stderr kept to a few lines, stopped
/// within a bounded time.
final class ServerProcess {
  private static final int STDERR_LINE_BYTES_MAX = 2_000;

  private final String server;
  private final Process process;
  private final int stderrLinesMax;
  private final Deque<String> lastWords = new ArrayDeque<>();
  private final Thread stderr;

  private ServerProcess(String server, Process process, int stderrLinesMax) {
    this.server = server;
    this.process = process;
    this.stderrLinesMax = stderrLinesMax;
    this.stderr =
        Thread.ofPlatform().daemon().name("mcp-" + server + "-stderr").start(this::readStderr);
  }

  static ServerProcess start(McpServer.Stdio server, int stderrLinesMax) throws McpException {
    List<String> command = new ArrayList<>();
    command.add(server.command());
    command.addAll(server.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    if (server.folder().isPresent()) {
      if (!Files.isDirectory(server.folder().get())) {
        throw new McpException(
            McpException.Kind.NOT_SENT, "its folder " + server.folder().get() + " does not exist");
      }
      builder.directory(server.folder().get().toFile());
    }
    builder.environment().clear();
    builder.environment().putAll(ChildEnvironment.of(System.getenv(), server.environment()));
    try {
      return new ServerProcess(server.name(), builder.start(), stderrLinesMax);
    } catch (IOException e) {
      throw new McpException(
          McpException.Kind.NOT_SENT,
          "its command '" + server.command() + "' cannot be started; is it installed and on PATH?");
    }
  }

  InputStream stdout() {
    return process.getInputStream();
  }

  OutputStream stdin() {
    return process.getOutputStream();
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /// Keeps a line that the server wrote where nobody reads, for the message when it fails.
  void note(String line) {
    synchronized (lastWords) {
      if (lastWords.size() == stderrLinesMax) {
        lastWords.removeFirst();
      }
      lastWords.addLast(line);
    }
  }

  /// How the process ended, or that it still runs, with the last line that it wrote to stderr.
  String diagnosis(long settleMillis) throws InterruptedException {
    stderr.join(settleMillis);
    String state = process.isAlive() ? "still runs" : "exited with status " + process.exitValue();
    synchronized (lastWords) {
      return lastWords.isEmpty() ? state : state + "; last output: " + lastWords.getLast();
    }
  }

  /// Waits for the process to end by itself, then asks it, then ends it, and whatever it started.
  ///
  /// Its stdin should be closed first: that is how a server is told. Takes twice the grace at most.
  void stop(long graceMillis) {
    // Once the process is gone its children can no longer be found: `npx` leaves the server behind.
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    family.add(process.toHandle());
    try {
      if (process.waitFor(graceMillis, TimeUnit.MILLISECONDS)
          && family.stream().noneMatch(ProcessHandle::isAlive)) {
        return;
      }
      family.forEach(ProcessHandle::destroy);
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
      while (family.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }

  private void readStderr() {
    System.Logger log = System.getLogger(ServerProcess.class.getName());
    try (BoundedLines lines = new BoundedLines(process.getErrorStream(), STDERR_LINE_BYTES_MAX)) {
      while (true) {
        switch (lines.next()) {
          case END -> {
            return;
          }
          case OVERSIZED -> note("(a line of more than " + STDERR_LINE_BYTES_MAX + " bytes)");
          case LINE -> {
            String text = new String(lines.bytes(), StandardCharsets.UTF_8);
            String line = UntrustedText.line(text, STDERR_LINE_BYTES_MAX);
            if (!line.isEmpty()) {
              note(line);
              log.log(System.Logger.Level.DEBUG, "{0}: {1}", server, line);
            }
          }
        }
      }
    } catch (IOException e) {
      // The stream ends with the process, in whatever way; nothing is lost but words.
      log.log(System.Logger.Level.DEBUG, "{0}: stderr ended: {1}", server, e.getMessage());
    }
  }
}
