package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Request;
import dev.stellwerk.inference.engine.Session;
import dev.stellwerk.inference.engine.Step;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.template.TemplateException;
import dev.stellwerk.inference.template.TurnParser;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A conversation over one engine session.
///
/// What the model generated stays in the cache as the ids that it generated, and is never tokenised
/// again. Each turn appends only what the template renders after it:
///
/// ```
/// cache   | rendered prompt | generated ids … <end> |
/// base    | the conversation, rendered up to and including the assistant's turn |
/// full    | the same, with the new messages and the opening of the next turn    |
/// suffix                                                        full after base |
/// ```
final class LocalConversation implements Conversation {
  private final LocalChatModel model;
  private final ConversationSpec spec;
  private final Session session;
  private final Disarm disarm;
  private final List<Function> rendered;
  private final List<ChatMessage> history = new ArrayList<>();
  private int nextCallIndex;
  private boolean endTokenCached;

  LocalConversation(LocalChatModel model, ConversationSpec spec, Session session) {
    this.model = model;
    this.spec = spec;
    this.session = session;
    this.disarm = new Disarm(model.tokenizer());
    this.rendered = spec.functions().stream().map(disarm::function).toList();
  }

  @Override
  public Turn generate(Prompt prompt, Consumer<TurnEvent> events) throws InterruptedException {
    Tokens suffix = suffix(prompt.added());
    nextCallIndex += calls(prompt.added());
    Constraint constraint =
        model
            .format()
            .constraint(spec.functions(), prompt.choice(), spec.parallel(), nextCallIndex);
    Request request = new Request(suffix, spec.sampling(), constraint, prompt.tokensMax());
    Turn turn;
    try (Generation generation = session.submit(request)) {
      turn = read(generation, events);
    }
    history.addAll(disarm.messages(prompt.added()));
    history.add(disarm.message(new ChatMessage.Assistant(turn.text(), turn.calls())));
    nextCallIndex += turn.calls().size();
    return turn;
  }

  @Override
  public void close() {
    session.close();
  }

  private Tokens suffix(List<ChatMessage> added) {
    List<ChatMessage> all = new ArrayList<>(history);
    all.addAll(disarm.messages(added));
    String full = model.template().render(all, rendered, true);
    if (history.isEmpty()) {
      return model.tokenizer().encodeRendered(full);
    }
    String base = model.template().render(history, rendered, false);
    if (!full.startsWith(base)) {
      throw new TemplateException(
          "the chat template renders earlier turns differently once the conversation goes on;"
              + " such templates are not supported");
    }
    int[] closing = closing(base);
    Tokens rest = model.tokenizer().encodeRendered(full.substring(base.length()));
    return Tokens.of(
        IntStream.concat(IntStream.of(closing), IntStream.of(rest.toArray())).toArray());
  }

  /// What the template puts at the end of an assistant's turn and the cache does not hold yet: all
  /// that follows the end token, and the end token itself if the turn was cut before it.
  private int[] closing(String base) {
    String tail = base.substring(Math.max(0, base.length() - TAIL_CHARS));
    int[] ids = model.tokenizer().encodeRendered(tail).toArray();
    int end = ids.length;
    while (end > 0 && !model.tokenizer().isEndOfGeneration(ids[end - 1])) {
      end--;
    }
    if (end == 0) {
      throw new TemplateException("the chat template does not end a turn with an end token");
    }
    return IntStream.range(endTokenCached ? end : end - 1, ids.length).map(i -> ids[i]).toArray();
  }

  /// Longer than any end token with what templates put behind it.
  private static final int TAIL_CHARS = 64;

  private Turn read(Generation generation, Consumer<TurnEvent> events) throws InterruptedException {
    TurnReader reader = new TurnReader(model.format().parser(), events);
    endTokenCached = false;
    while (true) {
      switch (generation.next()) {
        case Step.Prefilled prefilled ->
            events.accept(new TurnEvent.Reading(prefilled.done(), prefilled.total()));
        case Step.Token token -> {
          endTokenCached = model.tokenizer().isEndOfGeneration(token.id());
          reader.accept(token.id());
        }
        case Step.Finished finished -> {
          return reader.finish(finished);
        }
      }
    }
  }

  private static int calls(List<ChatMessage> messages) {
    int calls = 0;
    for (ChatMessage message : messages) {
      if (message instanceof ChatMessage.Assistant assistant) {
        calls += assistant.calls().size();
      }
    }
    return calls;
  }

  /// Gathers a turn from its tokens.
  private static final class TurnReader {
    private final TurnParser parser;
    private final Consumer<TurnEvent> events;
    private final StringBuilder text = new StringBuilder();
    private final List<FunctionCall> calls = new ArrayList<>();

    TurnReader(TurnParser parser, Consumer<TurnEvent> events) {
      this.parser = parser;
      this.events = events;
    }

    void accept(int token) {
      parser.accept(token).forEach(this::part);
    }

    Turn finish(Step.Finished finished) {
      parser.finish().forEach(this::part);
      if (finished.reason() == FinishReason.ERROR) {
        throw new ModelFailedException("the model failed while it was generating; see the log");
      }
      var usage = finished.usage();
      return new Turn(
          text.toString(),
          calls,
          finished.reason() == FinishReason.STOP,
          new Turn.Usage(
              usage.promptTokens(),
              usage.generatedTokens(),
              usage.forcedTokens(),
              usage.prefillNanos(),
              usage.decodeNanos()));
    }

    private void part(Part part) {
      switch (part) {
        case Part.Text(String more) -> {
          if (!more.isEmpty()) {
            text.append(more);
            events.accept(new TurnEvent.Text(more));
          }
        }
        case Part.Reasoning(String more) -> events.accept(new TurnEvent.Reasoning(more));
        case Part.CallNamed(String id, String name) ->
            events.accept(new TurnEvent.CallNamed(id, name));
        case Part.CallComplete(FunctionCall call) -> calls.add(call);
      }
    }
  }
}
