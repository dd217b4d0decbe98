package dev.stellwerk.runtime.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.runtime.chat.ChatModel;
import dev.stellwerk.runtime.chat.Conversation;
import dev.stellwerk.runtime.chat.ConversationSpec;
import dev.stellwerk.runtime.chat.Prompt;
import dev.stellwerk.runtime.chat.Turn;
import dev.stellwerk.runtime.chat.TurnEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A model that says what a test wrote down, and remembers what it was told.
public final class ScriptedChatModel implements ChatModel {
  /// One turn of the script.
  @FunctionalInterface
  public interface Move {
    Turn make(List<ChatMessage> added, Consumer<TurnEvent> events) throws InterruptedException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Turn.Usage USAGE = new Turn.Usage(10, 5, 1, 1_000_000, 2_000_000);

  private final List<Move> script;
  final List<ChatMessage> told = new CopyOnWriteArrayList<>();
  final List<Function> functions = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger unpinned = new AtomicInteger();

  public ScriptedChatModel(Move... script) {
    this.script = Arrays.asList(script);
  }

  /// Says something in pieces.
  public static Move says(String... pieces) {
    return (_, events) -> {
      for (String piece : pieces) {
        events.accept(new TurnEvent.Text(piece));
      }
      return new Turn(String.join("", pieces), List.of(), true, USAGE);
    };
  }

  /// Calls tools; each is written as `name {json}`.
  public static Move calls(String... calls) {
    return (_, _) -> {
      List<FunctionCall> made = new ArrayList<>();
      for (String call : calls) {
        made.add(call(call, made.size()));
      }
      return new Turn("", made, true, USAGE);
    };
  }

  /// Runs into the limit of a turn.
  public static Move isCut(String text) {
    return (_, _) -> new Turn(text, List.of(), false, USAGE);
  }

  private static FunctionCall call(String text, int index) {
    int space = text.indexOf(' ');
    String name = text.substring(0, space);
    try {
      return new FunctionCall(
          "functions." + name + ":" + index, name, JSON.readTree(text.substring(space + 1)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public String numericMode() {
    return "exact";
  }

  @Override
  public Optional<String> refusal(Function function) {
    return function.name().startsWith("unsupported")
        ? Optional.of("keyword 'not'")
        : Optional.empty();
  }

  @Override
  public Conversation open(ConversationSpec spec) {
    functions.addAll(spec.functions());
    return new Scripted();
  }

  private final class Scripted implements Conversation {
    private int next;

    Scripted() {
      open.incrementAndGet();
    }

    @Override
    public Turn generate(Prompt prompt, Consumer<TurnEvent> events) throws InterruptedException {
      told.addAll(prompt.added());
      // The last move is made for ever, so that a script can describe a model that never stops.
      Move move = script.get(Math.min(next++, script.size() - 1));
      return move.make(prompt.added(), events);
    }

    @Override
    public void offer(List<Function> other) {
      functions.clear();
      functions.addAll(other);
    }

    @Override
    public void unpin() {
      unpinned.incrementAndGet();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
