package dev.stellwerk.inference.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler;
import dev.stellwerk.inference.constraint.SchemaConstraint;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.Model;
import dev.stellwerk.inference.model.Models;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Rounds of 16 sequences at once, each compared with its own run alone, bit for bit.
///
/// The sequences differ in length, in sampling, and in the JSON Schema that constrains them; most
/// share a beginning. The rounds differ in chunk size, threads, places, memory, and in what the
/// cache holds before.
final class Determinism {
  static final int SEQUENCES = 16;

  private static final List<String> SCHEMAS =
      List.of(
          "{'type':'object','properties':{'path':{'type':'string'},'lines':{'type':'integer'}},"
              + "'required':['path']}",
          "{'type':'array','items':{'type':'number'},'minItems':3,'maxItems':20}",
          "{'enum':['add','subtract','multiply',12,null,{'a':[1,2]}]}",
          "{'type':'object','properties':{'name':{'type':'string','minLength':10,'maxLength':40},"
              + "'tags':{'type':'array','items':{'enum':['one','two','three']},'minItems':2},"
              + "'ok':{'type':'boolean'}},'required':['name','tags','ok']}",
          "{'anyOf':[{'type':'string','pattern':'^[a-f0-9]{8}-[0-9]+$'},"
              + "{'type':'integer','minimum':100000}]}",
          "{'$defs':{'t':{'type':'object','properties':{'value':{'type':'integer'},"
              + "'next':{'anyOf':[{'$ref':'#/$defs/t'},{'type':'null'}]}},"
              + "'required':['value','next']}},'$ref':'#/$defs/t'}");

  private final Path file;
  private final Tokenizer tokenizer;
  private final TokenIndex index;
  private final List<Automaton> automata = new ArrayList<>();
  private final List<Tokens> prompts = new ArrayList<>();
  private final List<List<Step.Token>> solo = new ArrayList<>();
  private final int tokensMax;

  private int rounds;
  private int identical;
  private long cachedTokens;
  private long recomputedTokens;
  private long preemptions;
  private long tokens;

  /// @param tokensMax the most tokens that a sequence generates
  Determinism(Path file, Tokenizer tokenizer, int promptMax, int tokensMax) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.index = TokenIndex.of(tokenizer);
    this.tokensMax = tokensMax;
    for (String schema : SCHEMAS) {
      automata.add(automaton(schema));
    }
    Random random = new Random(16);
    int idMax = Math.min(256, tokenizer.vocabularySize());
    int[] shared = random.ints(promptMax / 2, 1, idMax).toArray();
    for (int i = 0; i < SEQUENCES; i++) {
      int common = i % 4 == 0 ? 0 : random.nextInt(shared.length + 1);
      int own = 1 + random.nextInt(promptMax - common);
      int[] ids = new int[common + own];
      System.arraycopy(shared, 0, ids, 0, common);
      for (int t = common; t < ids.length; t++) {
        ids[t] = 1 + random.nextInt(idMax - 1);
      }
      prompts.add(Tokens.of(ids));
    }
  }

  /// Runs each sequence alone, on a fresh engine each.
  void runAlone(String backend) throws InterruptedException {
    solo.clear();
    for (int i = 0; i < SEQUENCES; i++) {
      try (Running running = new Running(config(backend, 1, 256, SEQUENCES, 512 << 20));
          Session session = running.engine.open()) {
        TestEngine.Made made = TestEngine.read(session.submit(request(i)));
        if (made.finished().reason() == FinishReason.ERROR || made.tokens().isEmpty()) {
          throw new AssertionError("sequence " + i + ": " + made);
        }
        solo.add(made.steps());
      }
    }
  }

  /// One round.
  ///
  /// @return a line for each sequence that differs
  List<String> round(String backend, int seed) throws InterruptedException {
    Random random = new Random(seed);
    int chunk = List.of(3, 16, 33, 64, 256).get(random.nextInt(5));
    int places = List.of(16, 16, 5).get(random.nextInt(3));
    List<String> differences = new ArrayList<>();
    EngineConfig config = config(backend, 1 + random.nextInt(2), chunk, places, memory(random));
    try (Running running = new Running(config)) {
      warm(running, random);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < SEQUENCES; i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);
      Generation[] generations = new Generation[SEQUENCES];
      Session[] sessions = new Session[SEQUENCES];
      for (int i : order) {
        sessions[i] = running.engine.open();
        generations[i] = sessions[i].submit(request(i));
      }
      for (int i = 0; i < SEQUENCES; i++) {
        TestEngine.Made made = TestEngine.read(generations[i]);
        cachedTokens += made.usage().cachedTokens();
        recomputedTokens += made.usage().recomputedTokens();
        tokens += made.steps().size();
        if (made.steps().equals(solo.get(i))) {
          identical++;
        } else {
          differences.add(
              "seed " + seed + ", chunk " + chunk + ", sequence " + i + ": " + made.tokens());
        }
        sessions[i].close();
      }
      preemptions += running.engine.status().preemptions();
    }
    rounds++;
    return differences;
  }

  /// What happened in all rounds so far.
  String summary(String name) {
    return "| %s | %d of %d | %d | %d | %d | %d |"
        .formatted(
            name,
            identical,
            rounds * SEQUENCES,
            tokens,
            cachedTokens,
            preemptions,
            recomputedTokens);
  }

  /// Puts some of the prompts into the cache, whole or in part.
  private void warm(Running running, Random random) throws InterruptedException {
    for (int i = random.nextInt(5); i > 0; i--) {
      Tokens prompt = prompts.get(random.nextInt(SEQUENCES));
      int length = 1 + random.nextInt(prompt.size());
      int[] part = Arrays.copyOf(prompt.toArray(), length);
      try (Session session = running.engine.open()) {
        TestEngine.read(session.submit(TestEngine.greedy(Tokens.of(part), 1 + i)));
      }
    }
  }

  /// Plenty, or so little that sequences push each other out.
  private long memory(Random random) {
    try (Gguf gguf = Gguf.open(file);
        Backend backend = Backends.open("scalar", 1)) {
      long block = Models.load(gguf, backend, 1).kvLayout().blockBytes();
      int longest = prompts.stream().mapToInt(Tokens::size).max().orElseThrow() + tokensMax;
      return random.nextInt(3) > 0 ? 512L << 20 : block * (2 + 2 * longest / 32);
    }
  }

  private Request request(int i) {
    Sampling plain = new Sampling(i % 2 == 0 ? 0f : 0.9f, 1_000 + i).withLogprobs(i % 3);
    Sampling sampling =
        switch (i % 8) {
          case 3 -> plain.withLimits(40, 1f, 0f);
          case 5 -> plain.withLimits(0, 0.9f, 0.01f);
          case 6, 7 -> plain.withPenalties(1.2f, 0.1f, 0.2f);
          default -> plain;
        };
    Constraint constraint =
        i == 15 ? Constraint.none() : new SchemaConstraint(automata.get(i % automata.size()));
    return new Request(prompts.get(i), sampling, constraint, tokensMax - 2 * i);
  }

  private Automaton automaton(String schema) {
    try {
      var json = new ObjectMapper().readTree(schema.replace('\'', '"'));
      var compiler = new JsonSchemaCompiler(JsonSchemaCompiler.Options.ARGUMENTS);
      return new Automaton(compiler.compile(json), index);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(schema, e);
    }
  }

  private static EngineConfig config(
      String backend, int threads, int chunk, int places, long kvBytesMax) {
    QueueLimits queue = new QueueLimits(places, SEQUENCES, 0, 1_000);
    return new EngineConfig(
        backend, threads, kvBytesMax, SEQUENCES + 1, chunk, NumericMode.EXACT, queue);
  }

  /// An engine whose end tokens are the tokenizer's, whatever the file says.
  private final class Running implements AutoCloseable {
    private final Gguf gguf = Gguf.open(file);
    private final Engine engine;

    Running(EngineConfig config) {
      Backend backend = Backends.open(config.backend(), config.threads(), config.numericMode());
      Model model = Models.load(gguf, backend, config.chunkTokensMax());
      BitSet ends = new BitSet();
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        ends.set(id, tokenizer.isEndOfGeneration(id));
      }
      engine = LocalEngine.start(model, backend, config, ends);
    }

    @Override
    public void close() {
      engine.close();
      gguf.close();
    }
  }
}
