package dev.stellwerk.runtime.http;

import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.runtime.agent.RunMetrics;
import dev.stellwerk.runtime.agent.RunUsage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// Runs, tokens and tool calls as Prometheus reads them.
public final class ServiceMetrics implements RunMetrics {
  private final MeterRegistry registry;

  public ServiceMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Shows how many runs are at work or wait.
  public void watch(IntSupplier active) {
    Gauge.builder("stellwerk.runs.active", active, IntSupplier::getAsInt).register(registry);
  }

  @Override
  public void ended(RunEvent.Ended ended) {
    String outcome =
        switch (ended) {
          case RunEvent.Completed _ -> "completed";
          case RunEvent.Stopped stopped -> stopped.reason().name().toLowerCase(Locale.ROOT);
        };
    RunUsage usage = ended.usage();
    registry.counter("stellwerk.runs", "outcome", outcome).increment();
    registry.counter("stellwerk.tokens", "kind", "prompt").increment((double) usage.promptTokens());
    registry
        .counter("stellwerk.tokens", "kind", "generated")
        .increment((double) usage.generatedTokens());
    registry.counter("stellwerk.turns").increment(usage.turns());
    registry.counter("stellwerk.tool.calls").increment(usage.toolCalls());
    registry
        .timer("stellwerk.run.duration", "outcome", outcome)
        .record(usage.wallMillis(), TimeUnit.MILLISECONDS);
  }
}
