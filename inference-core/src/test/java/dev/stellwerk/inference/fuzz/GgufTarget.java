package dev.stellwerk.inference.fuzz;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/// Reads mutated GGUF files from memory, and does something with those that open.
final class GgufTarget implements FuzzTarget {
  private static final Path LABEL = Path.of("fuzz.gguf");
  private static final int INPUT_BYTES_MAX = 4 << 20;

  private final String name;
  private final int weight;
  private final GgufMutator mutator;
  private final Predicate<Gguf> use;
  private final MemorySegment memory;

  /// @param use whether the file was accepted; may throw [ModelFileException]
  GgufTarget(String name, int weight, List<byte[]> bases, Predicate<Gguf> use) {
    this.name = name;
    this.weight = weight;
    this.mutator = new GgufMutator(bases);
    this.use = use;
    this.memory = Arena.ofAuto().allocate(INPUT_BYTES_MAX, 64);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public long allocatedBytesMax() {
    return 64L << 20;
  }

  @Override
  public long cpuMillisMax() {
    return 2_000;
  }

  @Override
  public byte[] input(SplittableRandom random) {
    return mutator.mutant(random);
  }

  @Override
  public boolean accepts(byte[] input) {
    MemorySegment file = memory.asSlice(0, input.length);
    MemorySegment.copy(MemorySegment.ofArray(input), 0, file, 0, input.length);
    try (Gguf gguf = Gguf.of(LABEL, file)) {
      return use.test(gguf);
    } catch (ModelFileException e) {
      if (!e.getMessage().startsWith(LABEL + ": ") || e.getMessage().lines().count() != 1) {
        throw new AssertionError("an error that does not name the file in one line", e);
      }
      return false;
    }
  }
}
