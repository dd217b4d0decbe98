package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Request;
import dev.stellwerk.inference.engine.Session;
import dev.stellwerk.inference.engine.Step;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.template.TurnParser;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A conversation over one engine session, whose tokens a [Transcript] follows.
final class LocalConversation implements Conversation {
  private final LocalChatModel model;
  private final Session session;
  private final Disarm disarm;
  private final Transcript transcript;
  private final List<ChatMessage> history = new ArrayList<>();
  private ConversationSpec spec;
  private List<Function> rendered;
  private int nextCallIndex;

  LocalConversation(LocalChatModel model, ConversationSpec spec, Session session) {
    this.model = model;
    this.session = session;
    this.disarm = new Disarm(model.tokenizer());
    this.transcript = new Transcript(model.tokenizer());
    this.spec = spec;
    this.rendered = rendered(spec);
  }

  @Override
  public Turn generate(Prompt prompt, Consumer<TurnEvent> events) throws InterruptedException {
    List<ChatMessage> all = new ArrayList<>(history);
    all.addAll(prompt.added());
    nextCallIndex = model.format().firstCallIndex(all);
    Constraint constraint =
        model
            .format()
            .constraint(spec.functions(), prompt.choice(), spec.parallel(), nextCallIndex);
    Transcript.Step step = step(prompt.added());
    int rewound = session.position() - step.keep();
    if (rewound > 0) {
      session.truncate(step.keep());
    }
    Request request = new Request(step.suffix(), spec.sampling(), constraint, prompt.tokensMax());
    Turn turn;
    try (Generation generation = session.submit(request)) {
      turn = read(generation, rewound, events);
    }
    history.addAll(disarm.messages(prompt.added()));
    history.add(
        disarm.message(new ChatMessage.Assistant(turn.text(), turn.reasoning(), turn.calls())));
    return turn;
  }

  @Override
  public void offer(List<Function> functions) {
    spec = new ConversationSpec(functions, spec.sampling(), spec.parallel());
    rendered = rendered(spec);
  }

  @Override
  public void unpin() {
    session.unpin();
  }

  @Override
  public void close() {
    session.close();
  }

  private List<Function> rendered(ConversationSpec of) {
    return of.functions().stream().map(disarm::function).toList();
  }

  private Transcript.Step step(List<ChatMessage> added) {
    List<ChatMessage> all = new ArrayList<>(history);
    all.addAll(disarm.messages(added));
    String base = history.isEmpty() ? "" : rendered(history, false);
    return transcript.next(base, rendered(all, true));
  }

  private String rendered(List<ChatMessage> messages, boolean prompt) {
    return model.template().render(model.format().rendered(messages), rendered, prompt);
  }

  private Turn read(Generation generation, int rewound, Consumer<TurnEvent> events)
      throws InterruptedException {
    TurnParser parser = model.format().parser(spec.functions(), nextCallIndex);
    TurnReader reader = new TurnReader(parser, rewound, events);
    while (true) {
      switch (generation.next()) {
        case Step.Prefilled prefilled ->
            events.accept(new TurnEvent.Reading(prefilled.done(), prefilled.total()));
        case Step.Token token -> {
          transcript.generated(token.id());
          reader.accept(token.id());
        }
        case Step.Finished finished -> {
          return reader.finish(finished);
        }
      }
    }
  }

  /// Gathers a turn from its tokens.
  private static final class TurnReader {
    private final TurnParser parser;
    private final int rewound;
    private final Consumer<TurnEvent> events;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<FunctionCall> calls = new ArrayList<>();

    TurnReader(TurnParser parser, int rewound, Consumer<TurnEvent> events) {
      this.parser = parser;
      this.rewound = rewound;
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
          reasoning.toString(),
          calls,
          finished.reason() == FinishReason.STOP,
          new Turn.Usage(
              usage.promptTokens(),
              usage.cachedTokens(),
              usage.prefilledTokens() + usage.recomputedTokens(),
              rewound,
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
        case Part.Reasoning(String more) -> {
          reasoning.append(more);
          events.accept(new TurnEvent.Reasoning(more));
        }
        case Part.CallNamed(String id, String name) ->
            events.accept(new TurnEvent.CallNamed(id, name));
        case Part.CallComplete(FunctionCall call) -> calls.add(call);
      }
    }
  }
}
