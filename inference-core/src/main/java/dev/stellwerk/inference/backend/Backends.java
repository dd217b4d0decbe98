package dev.stellwerk.inference.backend;

import dev.stellwerk.inference.backend.cuda.CudaBackend;
import dev.stellwerk.inference.backend.scalar.ScalarBackend;
import dev.stellwerk.inference.backend.vector.VectorBackend;
import java.util.ArrayList;
import java.util.List;

/// Chooses where arithmetic runs.
public final class Backends {
  /// Lets the machine decide.
  public static final String AUTO = "auto";

  private static final System.Logger LOG = System.getLogger(Backends.class.getName());

  private Backends() {}

  /// The backends that run on this machine, the best first.
  public static List<String> available() {
    List<String> names = new ArrayList<>();
    if (CudaBackend.present()) {
      names.add("cuda");
    }
    if (vectorModulePresent() && VectorBackend.supported()) {
      names.add("vector");
    }
    names.add("scalar");
    return List.copyOf(names);
  }

  /// The incubating module is there only when the launcher asked for it.
  private static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /// Opens a backend in the default numeric mode.
  ///
  /// @see #open(String, int, NumericMode)
  public static Backend open(String name, int threads) {
    return open(name, threads, NumericMode.EXACT);
  }

  /// Opens a backend and logs one line about it.
  ///
  /// @param name one of [#available], or [#AUTO] for the first of them
  /// @param threads how many threads compute, the caller's included
  /// @throws IllegalArgumentException when the name is unknown here; the message lists the others
  public static Backend open(String name, int threads, NumericMode mode) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads + " is below 1");
    }
    List<String> available = available();
    String chosen = name.equals(AUTO) ? available.getFirst() : name;
    if (!available.contains(chosen)) {
      throw new IllegalArgumentException(
          "the backend '"
              + name
              + "' is not available on this machine; available: "
              + String.join(", ", available));
    }
    Backend backend = create(chosen, threads, mode);
    LOG.log(System.Logger.Level.INFO, "backend {0}", backend.description());
    return backend;
  }

  private static Backend create(String name, int threads, NumericMode mode) {
    return switch (name) {
      case "cuda" ->
          CudaBackend.open(create(vectorModulePresent() ? "vector" : "scalar", threads, mode));
      case "vector" -> new VectorBackend(threads, mode);
      default -> new ScalarBackend(mode);
    };
  }
}
