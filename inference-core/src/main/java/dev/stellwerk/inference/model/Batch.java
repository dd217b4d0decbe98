package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// The tokens of one forward pass: runs of consecutive tokens, each of one sequence. Reused from
/// step to step.
public final class Batch {
  private final int tokensMax;
  private final Buffer tokens; // int32 [tokensMax]
  private final Buffer logitRows; // int32 [tokensMax]: rows whose logits are wanted
  private final int[] positions;
  private final Run[] runs;
  private int size;
  private int runCount;
  private int logitCount;

  /// A run of tokens of one sequence.
  static final class Run {
    private @Nullable KvView cache;
    private int position;
    private int from;
    private int count;

    KvView cache() {
      if (cache == null) {
        throw new IllegalStateException("an empty run");
      }
      return cache;
    }

    /// The position of the first token in its sequence.
    int position() {
      return position;
    }

    /// The row of the first token in the batch.
    int from() {
      return from;
    }

    int count() {
      return count;
    }
  }

  /// @param runsMax the most sequences of one pass
  public Batch(Backend backend, int tokensMax, int runsMax) {
    this.tokensMax = tokensMax;
    this.tokens = backend.allocate((long) tokensMax * Integer.BYTES);
    this.logitRows = backend.allocate((long) tokensMax * Integer.BYTES);
    this.positions = new int[tokensMax];
    this.runs = new Run[runsMax];
    for (int i = 0; i < runsMax; i++) {
      runs[i] = new Run();
    }
  }

  public void clear() {
    size = 0;
    runCount = 0;
    logitCount = 0;
  }

  /// Starts a run of one sequence. The cache must have room for all of its tokens.
  public void begin(KvView cache, int position) {
    if (runCount == runs.length) {
      throw new IllegalStateException("more than " + runs.length + " sequences");
    }
    Run run = runs[runCount++];
    run.cache = cache;
    run.position = position;
    run.from = size;
    run.count = 0;
  }

  /// Appends a token to the last run.
  ///
  /// @param logits whether the logits after it are wanted
  public void add(int token, boolean logits) {
    if (size == tokensMax) {
      throw new IllegalStateException("more than " + tokensMax + " tokens");
    }
    Run run = runs[runCount - 1];
    Memory.putInt(tokens.address() + 4L * size, token);
    positions[size] = run.position + run.count;
    if (logits) {
      Memory.putInt(logitRows.address() + 4L * logitCount++, size);
    }
    run.count++;
    size++;
  }

  public int size() {
    return size;
  }

  public int tokensMax() {
    return tokensMax;
  }

  /// How many rows of logits the pass delivers, in the order of the tokens that asked.
  public int logitCount() {
    return logitCount;
  }

  int position(int row) {
    return positions[row];
  }

  Buffer tokens() {
    return tokens;
  }

  Buffer logitRows() {
    return logitRows;
  }

  int runCount() {
    return runCount;
  }

  Run run(int index) {
    return runs[index];
  }
}
