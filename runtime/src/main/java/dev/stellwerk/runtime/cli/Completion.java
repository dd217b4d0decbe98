package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Step;
import dev.stellwerk.inference.engine.TokenLogprob;
import dev.stellwerk.inference.engine.Usage;
import dev.stellwerk.inference.tokenizer.StopStrings;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The text of one generation, as it comes, and what it cost.
final class Completion {
  private final Tokenizer tokenizer;
  private final StopStrings stops;
  private final Progress progress;
  private final StringBuilder text = new StringBuilder();
  private final List<Step.Token> steps = new ArrayList<>();
  private Step.@Nullable Finished finished;

  Completion(Tokenizer tokenizer, StopStrings stops, Progress progress) {
    this.tokenizer = tokenizer;
    this.stops = stops;
    this.progress = progress;
  }

  /// Reads a generation to its end, or to a stop string, where it is cancelled.
  void read(Generation generation, Consumer<String> out) throws InterruptedException {
    StreamingDecoder decoder = tokenizer.decoder();
    while (finished == null) {
      switch (generation.next()) {
        case Step.Prefilled(int done, int total) ->
            progress.show("reading the prompt, " + done + " of " + total + " tokens");
        case Step.Token token -> {
          if (!stops.stopped()) {
            steps.add(token);
            show(stops.accept(decoder.accept(token.id())), out);
          }
          if (stops.stopped()) {
            generation.close();
          }
        }
        case Step.Finished end -> finished = end;
      }
    }
    show(stops.accept(decoder.finish()), out);
    show(stops.finish(), out);
  }

  private void show(String more, Consumer<String> out) {
    if (!more.isEmpty()) {
      progress.clear();
      text.append(more);
      out.accept(more);
    }
  }

  boolean failed() {
    return end().reason() == FinishReason.ERROR;
  }

  /// One line about speed and cost.
  String summary() {
    Usage usage = end().usage();
    return String.format(
        Locale.ROOT,
        "%d tokens read (%d from the cache) in %.2f s, %.1f/s; %d generated (%d forced) in %.2f s,"
            + " %.1f/s; ended by %s",
        usage.cachedTokens() + usage.prefilledTokens(),
        usage.cachedTokens(),
        usage.prefillNanos() / 1e9,
        rate(usage.prefilledTokens(), usage.prefillNanos()),
        usage.generatedTokens(),
        usage.forcedTokens(),
        usage.decodeNanos() / 1e9,
        rate(
            Math.max(0, usage.generatedTokens() - 1),
            usage.decodeNanos()), // one came with the prompt
        reason());
  }

  /// The object that scripts read.
  ///
  /// @param logprobs whether to list the tokens with their probabilities
  String json(String model, NumericMode mode, boolean logprobs) {
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("text", text.toString());
    result.put("finishReason", reason());
    result.put("model", model);
    result.put("numericMode", mode.name().toLowerCase(Locale.ROOT));
    Usage usage = end().usage();
    result
        .putObject("usage")
        .put("promptTokens", usage.promptTokens())
        .put("cachedTokens", usage.cachedTokens())
        .put("prefilledTokens", usage.prefilledTokens())
        .put("recomputedTokens", usage.recomputedTokens())
        .put("generatedTokens", usage.generatedTokens())
        .put("forcedTokens", usage.forcedTokens())
        .put("queueMillis", usage.queueNanos() / 1e6)
        .put("prefillMillis", usage.prefillNanos() / 1e6)
        .put("decodeMillis", usage.decodeNanos() / 1e6);
    if (logprobs) {
      ArrayNode tokens = result.putArray("tokens");
      steps.forEach(step -> token(tokens.addObject(), step));
    }
    return result.toString();
  }

  private void token(ObjectNode node, Step.Token step) {
    TokenTexts texts = new TokenTexts(tokenizer);
    node.put("id", step.id()).put("text", texts.text(step.id())).put("logprob", step.logprob());
    node.put("forced", step.forced());
    ArrayNode top = node.putArray("top");
    for (TokenLogprob other : step.top()) {
      top.addObject()
          .put("id", other.id())
          .put("text", texts.text(other.id()))
          .put("logprob", other.logprob());
    }
  }

  private String reason() {
    return stops.stopped() ? "stop" : end().reason().name().toLowerCase(Locale.ROOT);
  }

  private Step.Finished end() {
    if (finished == null) {
      throw new IllegalStateException("not read to its end");
    }
    return finished;
  }

  private static double rate(int tokens, long nanos) {
    return nanos == 0 ? 0 : tokens * 1e9 / nanos;
  }
}
