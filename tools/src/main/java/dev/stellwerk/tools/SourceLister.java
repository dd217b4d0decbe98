package dev.stellwerk.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks sources for their tools, each on a thread of its own, and waits for none longer than the
/// deadline.
final class SourceLister {
  private static final Logger LOG = LoggerFactory.getLogger(SourceLister.class);

  private SourceLister() {}

  /// What one source offered, or why it offered nothing.
  record Listing(ToolSource source, List<Tool.Spec> tools, Optional<String> problem) {}

  static List<Listing> listAll(List<ToolSource> sources, int timeoutMillis)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    List<CompletableFuture<List<Tool.Spec>>> answers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (ToolSource source : sources) {
      CompletableFuture<List<Tool.Spec>> answer = new CompletableFuture<>();
      answers.add(answer);
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("list-" + source.name())
              .start(() -> list(source, answer)));
    }
    try {
      List<Listing> listings = new ArrayList<>();
      for (int i = 0; i < sources.size(); i++) {
        listings.add(await(sources.get(i), answers.get(i), deadline, timeoutMillis));
      }
      return listings;
    } finally {
      threads.forEach(Thread::interrupt); // those still running are late, or nobody waits any more
    }
  }

  // Any failure of a source, an Error included, is that source's problem and not the catalogue's.
  @SuppressWarnings("CatchingThrowable")
  private static void list(ToolSource source, CompletableFuture<List<Tool.Spec>> answer) {
    try {
      answer.complete(List.copyOf(source.list()));
    } catch (Throwable t) {
      answer.completeExceptionally(t);
    }
  }

  private static Listing await(
      ToolSource source,
      CompletableFuture<List<Tool.Spec>> answer,
      long deadline,
      int timeoutMillis)
      throws InterruptedException {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      return new Listing(source, answer.get(left, TimeUnit.NANOSECONDS), Optional.empty());
    } catch (TimeoutException e) {
      return failed(source, "it did not list its tools within " + timeoutMillis + " ms");
    } catch (ExecutionException e) {
      LOG.warn("tool source '{}' failed to list its tools", source.name(), e.getCause());
      return failed(source, "it failed to list its tools: " + Failures.describe(e.getCause()));
    }
  }

  private static Listing failed(ToolSource source, String problem) {
    return new Listing(source, List.of(), Optional.of(problem));
  }
}
