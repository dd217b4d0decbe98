package dev.stellwerk.inference.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.scalar.ScalarBackend;
import dev.stellwerk.inference.backend.vector.VectorBackend;
import dev.stellwerk.inference.platform.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every kernel of `vector` against its scalar twin, over awkward shapes; and the same bits with
/// one thread or three, for one token or many.
class DifferentialTest {
  private static final double RELATIVE_MAX = 2e-5;

  private final Random random = new Random(11);
  private final Arena arena = Arena.ofShared();
  private final Backend scalar = new ScalarBackend();
  private final Backend vector = new VectorBackend(3, NumericMode.EXACT);
  private final Backend solo = new VectorBackend(1, NumericMode.EXACT);

  @AfterEach
  void close() {
    scalar.close();
    vector.close();
    solo.close();
    arena.close();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void matmul(DType type) {
    for (int rows : new int[] {1, 7, 16, 40, 64, 65, 130}) {
      for (int columns : widths(type)) {
        MemorySegment data = weights(type, rows, columns);
        for (int n : new int[] {1, 3, 4, 5, 8, 70}) {
          float[][] x = values(n, columns);
          float[][] expected = matmul(scalar, type, rows, columns, data, x);
          float[][] actual = matmul(vector, type, rows, columns, data, x);
          String what = type + " " + rows + " x " + columns + ", " + n + " tokens";
          assertSame(expected, actual, what);
          assertSame(actual, matmul(solo, type, rows, columns, data, x), what + ", one thread");
          for (int t : new int[] {0, n / 2, n - 1}) {
            float[][] alone = matmul(vector, type, rows, columns, data, new float[][] {x[t]});
            assertSame(new float[][] {actual[t]}, alone, what + ", token " + t + " alone");
          }
        }
      }
    }
  }

  /// Widths that types can have, among them one beyond what is widened at a time.
  private static int[] widths(DType type) {
    return switch (type.blockElements()) {
      case 1 -> new int[] {1, 5, 33, 1030};
      case 32 -> new int[] {32, 96, 1056};
      default -> new int[] {256, 1280};
    };
  }

  /// What may be rounded is rounded in the mode `exact` only, and for few tokens in both.
  @ParameterizedTest
  @EnumSource(DType.class)
  void fastDiffersByRoundingAlone(DType type) {
    int rows = 40;
    int columns = 512;
    MemorySegment data = weights(type, rows, columns);
    try (Backend fast = new VectorBackend(2, NumericMode.FAST)) {
      for (int n : new int[] {1, 3, 4, 9}) {
        float[][] x = values(n, columns);
        float[][] exact = matmul(vector, type, rows, columns, data, x);
        float[][] actual = matmul(fast, type, rows, columns, data, x);
        String what = type + ", " + n + " tokens";
        assertEquals(n < 4 || !type.quantised(), Arrays.deepEquals(exact, actual), what);
        assertTrue(meanSquareError(exact, actual) < 2e-4, what);
      }
    }
  }

  /// Relative to the mean square of what is expected.
  private static double meanSquareError(float[][] expected, float[][] actual) {
    double error = 0;
    double power = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double difference = actual[t][i] - expected[t][i];
        error += difference * difference;
        power += (double) expected[t][i] * expected[t][i];
      }
    }
    return error / power;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void embeds(DType type) {
    for (int columns : widths(type)) {
      MemorySegment data = weights(type, 37, columns);
      float[][][] results = new float[2][][];
      for (int i = 0; i < 2; i++) {
        Backend backend = i == 0 ? scalar : vector;
        Matrix table = backend.load(type, 1, 37, columns, data);
        Buffer tokens = backend.allocate(3 * 4);
        for (int t = 0; t < 3; t++) {
          Memory.putInt(tokens.address() + 4L * t, 18 * t);
        }
        Rows out = Rows.allocate(backend, 3, columns);
        backend.kernels().embed(table, tokens, 3, out);
        results[i] = read(out, 3);
      }
      assertSame(results[0], results[1], type + " of " + columns);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void matmulHeads(DType type) {
    int heads = 5;
    for (int rows : new int[] {16, 40, 72}) {
      for (int n : new int[] {1, 3, 12}) {
        int columns = Math.max(32, type.blockElements());
        int step = columns + 16;
        MemorySegment data = weights(type, heads * rows, columns);
        float[][] x = values(n, heads * step);
        float[][][] results = new float[2][][];
        for (int i = 0; i < 2; i++) {
          Backend backend = i == 0 ? scalar : vector;
          Matrix w = backend.load(type, heads, rows, columns, data);
          Rows y = Rows.allocate(backend, n, heads * (rows + 3));
          backend.kernels().matmulHeads(w, rows(backend, x), step, n, y, rows + 3);
          results[i] = read(y, n);
        }
        assertSame(results[0], results[1], type + ", heads of " + rows + ", " + n + " tokens");
      }
    }
  }

  /// Shapes with few and many query heads a kv head, with values narrower than a vector and wider.
  private static final List<KvLayout> LAYOUTS =
      List.of(
          KvLayout.latent(2, 21, 13),
          KvLayout.latent(2, 80, 64),
          KvLayout.grouped(2, 1, 21, 13),
          KvLayout.grouped(2, 3, 16, 40),
          KvLayout.grouped(2, 2, 64, 64));

  @Test
  void attention() {
    for (KvLayout layout : LAYOUTS) {
      for (int group : new int[] {1, 3, 8, 20}) {
        for (int position : new int[] {0, 5, 31, 70}) {
          for (int n : new int[] {1, 2, 9, 40}) {
            int heads = group * layout.kvHeads();
            compareAttention(layout, Attention.full(heads, 0.3f), position, n);
          }
        }
      }
    }
  }

  @Test
  void attentionThroughAWindowAndPastSinks() {
    Rows sinks = rows(scalar, values(1, 60));
    Buffer buffer = new Buffer(Memory.ALL.asSlice(sinks.address(0), 4L * 60));
    for (KvLayout layout : LAYOUTS) {
      for (int window : new int[] {0, 1, 7, 33}) {
        for (int position : new int[] {0, 31, 70}) {
          for (int n : new int[] {1, 40}) {
            Attention spec = new Attention(4 * layout.kvHeads(), 0.3f, window, buffer);
            compareAttention(layout, spec, position, n);
          }
        }
      }
    }
  }

  /// Many positions: the work of one token is shared among threads.
  @Test
  void attentionOfOneTokenToManyPositions() {
    compareAttention(KvLayout.latent(2, 80, 64), Attention.full(8, 0.3f), 700, 1);
    compareAttention(KvLayout.grouped(2, 2, 64, 64), Attention.full(4, 0.3f), 700, 1);
    compareAttention(KvLayout.grouped(2, 2, 64, 64), new Attention(4, 0.3f, 128, null), 700, 3);
  }

  private void compareAttention(KvLayout layout, Attention spec, int position, int n) {
    float[][] stored = values(position + n, layout.width());
    float[][] q = values(n, spec.heads() * layout.keyWidth());
    float[][] expected = attend(scalar, layout, spec, stored, q, position);
    float[][] actual = attend(vector, layout, spec, stored, q, position);
    String what = layout + ", " + spec + ", " + n + " tokens at " + position;
    assertClose(expected, actual, what);
    assertSame(actual, attend(solo, layout, spec, stored, q, position), what + ", one thread");
    // The first token alone, before the others exist.
    float[][] first =
        attend(
            vector,
            layout,
            spec,
            Arrays.copyOf(stored, position + 1),
            new float[][] {q[0]},
            position);
    assertSame(new float[][] {actual[0]}, first, what + ", alone");
    float[][] last =
        attend(vector, layout, spec, stored, new float[][] {q[n - 1]}, position + n - 1);
    assertSame(new float[][] {actual[n - 1]}, last, what + ", the last alone");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void experts(DType type) {
    int hidden = Math.max(64, type.blockElements());
    int inner = Math.max(96, type.blockElements());
    int count = 11;
    int used = 3;
    for (int n : new int[] {1, 2, 9, 50}) {
      MemorySegment gate = weights(type, count * inner, hidden);
      MemorySegment up = weights(type, count * inner, hidden);
      MemorySegment down = weights(type, count * hidden, inner);
      Buffer innerBias = buffer(count * inner);
      Buffer hiddenBias = buffer(count * hidden);
      float[][] x = values(n, hidden);
      float[][] logits = values(n, count);
      for (Activation activation : Activation.values()) {
        boolean biased = activation == Activation.SWIGLU_CLAMPED;
        float[][][] results = new float[3][][];
        Backend[] backends = {scalar, vector, solo};
        for (int i = 0; i < backends.length; i++) {
          Backend backend = backends[i];
          Selection selection = Selection.allocate(backend, n, used);
          Routing routing = new Routing(Routing.Scoring.SIGMOID, count, used, true, 2f);
          backend.kernels().route(routing, rows(backend, logits), null, n, selection);
          Rows out = Rows.allocate(backend, n, hidden);
          Experts experts =
              new Experts(
                  backend.load(type, count, inner, hidden, gate),
                  backend.load(type, count, inner, hidden, up),
                  backend.load(type, count, hidden, inner, down),
                  biased ? innerBias : null,
                  biased ? innerBias : null,
                  biased ? hiddenBias : null,
                  activation);
          backend.kernels().experts(experts, rows(backend, x), n, selection, out);
          results[i] = read(out, n);
        }
        assertSame(results[0], results[1], type + ", " + activation + ", " + n + " tokens");
        assertSame(results[1], results[2], type + ", " + n + " tokens, one thread");
      }
    }
  }

  private Buffer buffer(int floats) {
    return new Buffer(Memory.ALL.asSlice(rows(scalar, values(1, floats)).address(0), 4L * floats));
  }

  @Test
  void elementwise() {
    for (int n : new int[] {1, 40}) {
      for (int width : new int[] {2, 14, 96}) {
        float[][] x = values(n, width);
        float[][] y = values(n, width);
        float[][][] results = new float[2][][];
        for (int i = 0; i < 2; i++) {
          Backend backend = i == 0 ? scalar : vector;
          Rows a = rows(backend, x);
          backend.kernels().swiglu(a, rows(backend, y), n);
          backend.kernels().add(a, rows(backend, y), n);
          Rows weight = rows(backend, values(1, width, 5));
          Buffer norm = new Buffer(Memory.ALL.asSlice(weight.address(0), 4L * width));
          backend.kernels().rmsNorm(a, norm, 1e-6f, n, a);
          backend.kernels().addBias(a, norm, n);
          backend.kernels().rmsNormHeads(a, 2, norm, 1e-6f, n);
          for (RopeStyle style : RopeStyle.values()) {
            backend.kernels().rope(style, a, 0, 1, rows(backend, y), n, a, 0);
          }
          results[i] = read(a, n);
        }
        assertClose(results[0], results[1], n + " tokens of " + width);
      }
    }
  }

  private float[][] matmul(
      Backend backend, DType type, int rows, int columns, MemorySegment data, float[][] x) {
    Rows y = Rows.allocate(backend, x.length, rows);
    Matrix w = backend.load(type, 1, rows, columns, data);
    backend.kernels().matmul(w, rows(backend, x), x.length, y);
    return read(y, x.length);
  }

  private static float[][] attend(
      Backend backend,
      KvLayout layout,
      Attention spec,
      float[][] stored,
      float[][] q,
      int position) {
    KvView cache = new KvView(layout);
    while (cache.capacity() < stored.length) {
      cache.add(backend.allocate(layout.blockBytes()));
    }
    Kernels kernels = backend.kernels();
    kernels.store(rows(backend, stored), stored.length, cache, 1, 0);
    Rows out = Rows.allocate(backend, q.length, spec.heads() * layout.valueWidth());
    kernels.attend(spec, rows(backend, q), q.length, cache, 1, position, out);
    return read(out, q.length);
  }

  private MemorySegment weights(DType type, int rows, int columns) {
    byte[] bytes = RandomWeights.bytes(type, rows * columns, random);
    MemorySegment segment = arena.allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  private float[][] values(int n, int width) {
    return values(n, width, random.nextLong());
  }

  private static float[][] values(int n, int width, long seed) {
    Random values = new Random(seed);
    float[][] x = new float[n][width];
    for (float[] row : x) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) values.nextGaussian();
      }
    }
    return x;
  }

  private static Rows rows(Backend backend, float[][] values) {
    Rows rows = Rows.allocate(backend, values.length, values[0].length);
    for (int t = 0; t < values.length; t++) {
      for (int i = 0; i < values[t].length; i++) {
        Memory.putFloat(rows.address(t) + 4L * i, values[t][i]);
      }
    }
    return rows;
  }

  private static float[][] read(Rows rows, int n) {
    float[][] values = new float[n][rows.width()];
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < rows.width(); i++) {
        values[t][i] = Memory.getFloat(rows.address(t) + 4L * i);
      }
    }
    return values;
  }

  /// Errors are relative to the greatest value of all rows, for sums cancel.
  private static void assertClose(float[][] expected, float[][] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    double greatest = 1;
    for (float[] row : expected) {
      for (float value : row) {
        greatest = Math.max(greatest, Math.abs(value));
      }
    }
    double max = greatest;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double error = Math.abs(expected[t][i] - actual[t][i]) / max;
        String where = what + ": row " + t + ", column " + i;
        assertTrue(error < RELATIVE_MAX, () -> where + ": relative error " + error);
      }
    }
  }

  private static void assertSame(float[][] expected, float[][] actual, String what) {
    assertTrue(Arrays.deepEquals(expected, actual), () -> what + ": other bits");
  }
}
