package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.EngineStatus;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Request;
import dev.stellwerk.inference.engine.Session;
import dev.stellwerk.inference.engine.Step;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.engine.Usage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/// An engine that generates what a test wrote down, and keeps the tokens of its one session.
final class ScriptedEngine implements Engine {
  /// Where a script waits until it is cancelled.
  static final String HANGS = "hangs";

  private final ByteTokenizer tokenizer = new ByteTokenizer();
  private final Queue<String> script;
  final List<Integer> cached = new ArrayList<>();
  final CountDownLatch hanging = new CountDownLatch(1);
  boolean generationOpen;
  boolean sessionOpen;
  boolean pinned;
  int truncations;

  ScriptedEngine(String... script) {
    this.script = new ArrayDeque<>(Arrays.asList(script));
  }

  @Override
  public Session open() {
    sessionOpen = true;
    return new OneSession();
  }

  @Override
  public int contextLength() {
    return 4096;
  }

  @Override
  public EngineStatus status() {
    return new EngineStatus(1, 0, 0, 0, new EngineStatus.Memory(1, 1, 0, pinned ? 1 : 0, 0, 1));
  }

  @Override
  public NumericMode numericMode() {
    return NumericMode.EXACT;
  }

  @Override
  public void close() {}

  private final class OneSession implements Session {
    @Override
    public Generation submit(Request request) {
      append(request.suffix());
      pinned = true;
      generationOpen = true;
      return new OneGeneration(script.remove());
    }

    @Override
    public int position() {
      return cached.size();
    }

    @Override
    public void truncate(int position) {
      cached.subList(position, cached.size()).clear();
      truncations++;
    }

    @Override
    public Session fork(int position) {
      throw new AssertionError("there is one session only");
    }

    @Override
    public void unpin() {
      pinned = false;
    }

    @Override
    public void close() {
      sessionOpen = false;
    }
  }

  private final class OneGeneration implements Generation {
    private final Tokens tokens;
    private final boolean hangs;
    private int next;

    OneGeneration(String text) {
      this.hangs = text.equals(HANGS);
      this.tokens = tokenizer.encodeRendered(text);
    }

    @Override
    public Step next() throws InterruptedException {
      if (hangs) {
        hanging.countDown();
        Thread.sleep(60_000);
      }
      if (next < tokens.size()) {
        int id = tokens.get(next++);
        cached.add(id);
        return new Step.Token(id, false, 0, 1);
      }
      boolean stopped = tokenizer.isEndOfGeneration(tokens.get(tokens.size() - 1));
      return new Step.Finished(
          stopped ? FinishReason.STOP : FinishReason.LENGTH,
          new Usage(1, 0, 1, 0, tokens.size(), 0, 0, 1, 1));
    }

    @Override
    public void close() {
      generationOpen = false;
    }
  }

  private void append(Tokens tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      cached.add(tokens.get(i));
    }
  }
}
