package dev.stellwerk.inference.format;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Finds the files of a split model and checks that they belong together.
///
/// Each file says under `split.no` and `split.count` which of how many it is, and under
/// `split.tensors.count` how many tensors all of them hold; its name says the same once more. The
/// first file has the model's metadata.
final class SplitFiles {
  static final int PARTS_MAX = 512;

  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";

  private SplitFiles() {}

  /// All files of the model that one belongs to, in order; the file alone when it is not split.
  static List<GgufPart> open(GgufPart named, Arena arena) {
    Gguf header = Gguf.of(named);
    int count = value(header, COUNT, 1, PARTS_MAX, 1);
    if (count == 1) {
      return List.of(named);
    }
    int number = header.requiredInteger(NUMBER, 0, count - 1);
    SplitName name = name(named.path(), number, count);
    List<GgufPart> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path path = name.path(i);
      if (!Files.exists(path)) {
        throw new ModelFileException(
            path, "file", "does not exist; it is part " + (i + 1) + " of " + count);
      }
      // The named one once more if it is not the first: its tensors must know their place.
      parts.add(i == number && i == 0 ? named : GgufPart.map(path, arena, i));
    }
    for (int i = 0; i < count; i++) {
      check(parts, i);
    }
    return parts;
  }

  /// The tensors of all files together.
  static Map<String, TensorInfo> tensors(List<GgufPart> parts) {
    if (parts.size() == 1) {
      return parts.getFirst().tensors();
    }
    Map<String, TensorInfo> all = new LinkedHashMap<>();
    Map<String, Integer> holders = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      GgufPart part = parts.get(i);
      for (TensorInfo tensor : part.tensors().values()) {
        claim(parts, holders, tensor.name(), i);
        all.put(tensor.name(), tensor);
      }
      for (UnsupportedTensor tensor : part.unsupported()) {
        claim(parts, holders, tensor.name(), i);
      }
      if (holders.size() > GgufHeader.TENSORS_MAX) {
        throw new ModelFileException(
            part.path(),
            "tensor count",
            "the model has more tensors than the limit of " + GgufHeader.TENSORS_MAX);
      }
    }
    Gguf first = Gguf.of(parts.getFirst());
    OptionalLong wanted = first.integer(TENSORS);
    if (wanted.isPresent() && wanted.getAsLong() != holders.size()) {
      throw new ModelFileException(
          first.path(),
          TENSORS,
          wanted.getAsLong() + ", but the " + parts.size() + " files hold " + holders.size());
    }
    return Collections.unmodifiableMap(all);
  }

  private static void claim(
      List<GgufPart> parts, Map<String, Integer> holders, String tensor, int part) {
    Integer earlier = holders.put(tensor, part);
    if (earlier != null) {
      throw new ModelFileException(
          parts.get(part).path(), tensor, "is in " + parts.get(earlier).path() + " as well");
    }
  }

  private static SplitName name(Path path, int number, int count) {
    SplitName name = SplitName.of(path);
    if (name == null || name.number() != number || name.count() != count) {
      throw new ModelFileException(
          path,
          NUMBER,
          "this is part "
              + (number + 1)
              + " of "
              + count
              + ", so its name must end in "
              + SplitName.suffix(number, count));
    }
    return name;
  }

  /// One part against its place, and against the first part.
  private static void check(List<GgufPart> parts, int index) {
    GgufPart part = parts.get(index);
    GgufPart first = parts.getFirst();
    Gguf header = Gguf.of(part);
    int number = header.requiredInteger(NUMBER, 0, PARTS_MAX);
    if (number != index) {
      throw new ModelFileException(
          part.path(), NUMBER, number + "; expected " + index + " by the file's name");
    }
    header.requiredInteger(COUNT, 0, PARTS_MAX);
    for (String key : part.entries().keySet()) {
      boolean own = key.equals(NUMBER) || key.equals(GgufHeader.ALIGNMENT_KEY);
      if (!own && !part.sameValue(key, first)) {
        throw new ModelFileException(
            part.path(), key, "is not as in " + first.path() + ": files of different models");
      }
    }
  }

  private static int value(Gguf header, String key, int min, int max, int absent) {
    return header.integer(key).isPresent() ? header.requiredInteger(key, min, max) : absent;
  }
}
