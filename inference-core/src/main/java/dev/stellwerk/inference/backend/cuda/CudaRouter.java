package dev.stellwerk.inference.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The router's gating on the GPU, for a model whose other arithmetic runs elsewhere: logits go up,
/// experts and weights come back.
///
/// Memory grows to the largest batch seen, up to [#TOKENS_MAX]; larger batches go in pieces.
@SuppressWarnings("restricted") // reads activations where the backend keeps them
public final class CudaRouter implements RouterKernel, AutoCloseable {
  static final int EXPERTS_MAX = 512;
  static final int USED_MAX = 32;
  static final int TOKENS_MAX = 4096;

  private static final int WARP = 32;
  private static final int BLOCK = 128;
  private static final int[] PER_LANE = {1, 2, 4, 8, 12, 16};
  private static final int PARAMETERS = 11;

  private final CudaDevice device;
  private final Arena arena = Arena.ofShared();
  private final Map<Integer, MemorySegment> functions = new HashMap<>();

  private final MemorySegment logits; // host, [TOKENS_MAX, EXPERTS_MAX] at most
  private final MemorySegment bias; // host, [EXPERTS_MAX]
  private final MemorySegment ids; // host, [TOKENS_MAX, USED_MAX]
  private final MemorySegment weights; // host, [TOKENS_MAX, USED_MAX]
  private final long deviceLogits;
  private final long deviceBias;
  private final long deviceIds;
  private final long deviceWeights;

  private final MemorySegment values = arena.allocate((long) PARAMETERS * Long.BYTES);
  private final MemorySegment parameters = arena.allocate(ADDRESS, PARAMETERS);

  private CudaRouter(CudaDevice device) {
    this.device = device;
    long logitBytes = (long) TOKENS_MAX * EXPERTS_MAX * Float.BYTES;
    long biasBytes = (long) EXPERTS_MAX * Float.BYTES;
    long selectionBytes = (long) TOKENS_MAX * USED_MAX * Float.BYTES;
    logits = device.allocateHost(logitBytes);
    bias = device.allocateHost(biasBytes);
    ids = device.allocateHost(selectionBytes);
    weights = device.allocateHost(selectionBytes);
    deviceLogits = device.allocate(logitBytes);
    deviceBias = device.allocate(biasBytes);
    deviceIds = device.allocate(selectionBytes);
    deviceWeights = device.allocate(selectionBytes);
    for (int i = 0; i < PARAMETERS; i++) {
      parameters.setAtIndex(ADDRESS, i, values.asSlice((long) i * Long.BYTES));
    }
  }

  /// Opens the first GPU.
  ///
  /// @throws CudaUnavailableException when there is none, or the build has no kernels
  public static CudaRouter open() {
    return new CudaRouter(CudaDevice.open("gating.fatbin"));
  }

  /// The device, in one line.
  public String description() {
    device.use();
    return device.description();
  }

  /// Whether the kernel covers this routing.
  public static boolean supports(Routing routing) {
    return routing.experts() <= EXPERTS_MAX
        && routing.used() <= USED_MAX
        && routing.groups() == 1
        && routing.scoring() != Routing.Scoring.SOFTMAX_OF_TAKEN;
  }

  @Override
  public void route(
      Routing routing, Rows logitRows, @Nullable Buffer biasBuffer, int n, Selection out) {
    if (!supports(routing)) {
      throw new IllegalArgumentException(
          "the gating kernel takes at most %d experts and %d a token, without groups, not %s"
              .formatted(EXPERTS_MAX, USED_MAX, routing));
    }
    device.use();
    for (int from = 0; from < n; from += TOKENS_MAX) {
      int count = Math.min(TOKENS_MAX, n - from);
      upload(routing, logitRows, biasBuffer, from, count);
      launch(routing, biasBuffer != null, count);
      download(routing, from, count, out);
    }
  }

  private void upload(
      Routing routing, Rows rows, @Nullable Buffer biasBuffer, int from, int count) {
    long rowBytes = (long) routing.experts() * Float.BYTES;
    for (int t = 0; t < count; t++) {
      MemorySegment row = MemorySegment.ofAddress(rows.address(from + t)).reinterpret(rowBytes);
      MemorySegment.copy(row, 0, logits, t * rowBytes, rowBytes);
    }
    device.upload(logits, deviceLogits, count * rowBytes);
    if (biasBuffer != null) {
      MemorySegment.copy(biasBuffer.segment(), 0, bias, 0, rowBytes);
      device.upload(bias, deviceBias, rowBytes);
    }
  }

  private void launch(Routing routing, boolean biased, int count) {
    values.set(JAVA_LONG, 0, deviceLogits);
    values.set(JAVA_INT, 8, routing.experts());
    values.set(JAVA_LONG, 16, biased ? deviceBias : 0L);
    values.set(JAVA_INT, 24, count);
    values.set(JAVA_INT, 32, routing.experts());
    values.set(JAVA_INT, 40, routing.used());
    values.set(JAVA_INT, 48, scoring(routing));
    values.set(JAVA_INT, 56, routing.normalise() ? 1 : 0);
    values.set(JAVA_FLOAT, 64, routing.scale());
    values.set(JAVA_LONG, 72, deviceIds);
    values.set(JAVA_LONG, 80, deviceWeights);
    int warpsPerBlock = BLOCK / WARP;
    device.launch(
        function(routing.experts()),
        (count + warpsPerBlock - 1) / warpsPerBlock,
        BLOCK,
        parameters);
  }

  /// The kernel's code for how logits become scores.
  private static int scoring(Routing routing) {
    return switch (routing.scoring()) {
      case SOFTMAX -> 0;
      case SIGMOID -> 1;
      case SOFTMAX_OF_TAKEN -> throw new IllegalArgumentException("not covered: " + routing);
    };
  }

  /// The kernel with just enough registers a lane for this many experts.
  private MemorySegment function(int experts) {
    for (int perLane : PER_LANE) {
      if (perLane * WARP >= experts) {
        return functions.computeIfAbsent(perLane, size -> device.function("gating_" + size));
      }
    }
    throw new IllegalArgumentException(experts + " experts");
  }

  private void download(Routing routing, int from, int count, Selection out) {
    long bytes = (long) count * routing.used() * Float.BYTES;
    device.download(deviceIds, ids, bytes);
    device.download(deviceWeights, weights, bytes);
    device.synchronise();
    long offset = out.idAddress(from, 0) - out.ids().address();
    MemorySegment.copy(ids, 0, out.ids().segment(), offset, bytes);
    MemorySegment.copy(weights, 0, out.weights().segment(), offset, bytes);
  }

  /// The mean time of the kernel alone, over data that is on the device already.
  ///
  /// @param repeats launches to average over
  float kernelMicros(Routing routing, boolean biased, int tokens, int repeats) {
    device.use();
    launch(routing, biased, tokens);
    device.synchronise();
    float millis =
        device.elapsedMillis(
            () -> {
              for (int i = 0; i < repeats; i++) {
                launch(routing, biased, tokens);
              }
            });
    return millis * 1000f / repeats;
  }

  @Override
  public void close() {
    device.use();
    device.synchronise();
    for (long pointer : new long[] {deviceLogits, deviceBias, deviceIds, deviceWeights}) {
      device.free(pointer);
    }
    for (MemorySegment memory : new MemorySegment[] {logits, bias, ids, weights}) {
      device.freeHost(memory);
    }
    device.close();
    arena.close();
  }
}
