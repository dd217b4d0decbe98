package dev.stellwerk.runtime.hub;

import dev.stellwerk.inference.format.SplitName;
import dev.stellwerk.runtime.hub.Repositories.Listed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Picks the model that is meant among a repository's files; the files of a split model count as
/// one.
final class ModelChoice {
  private static final int SHOWN_MAX = 40;

  private ModelChoice() {}

  /// The files of the one model that a choice means.
  ///
  /// @param choice a file's path or name, a quantisation, or empty when there is only one model
  /// @throws HubException when it means none or several; the message lists what there is
  static List<Listed> pick(String repository, List<Listed> files, String choice) {
    Map<String, List<Listed>> models = models(files);
    List<String> meant =
        models.entrySet().stream()
            .filter(model -> means(model.getValue(), choice))
            .map(Map.Entry::getKey)
            .toList();
    if (meant.size() == 1) {
      return complete(models.getOrDefault(meant.getFirst(), List.of()));
    }
    if (models.isEmpty()) {
      throw new HubException(repository + " has no GGUF files");
    }
    List<String> shown = meant.isEmpty() ? List.copyOf(models.keySet()) : meant;
    throw new HubException(
        repository
            + (choice.isEmpty()
                ? " has several models"
                : " has " + (meant.isEmpty() ? "no" : "more than one") + " model '" + choice + "'")
            + "; say which after a colon: "
            + String.join(", ", shown.subList(0, Math.min(SHOWN_MAX, shown.size())))
            + (shown.size() > SHOWN_MAX ? ", …" : ""));
  }

  /// Models by what they are called in messages: a file's path, or that of its first part.
  private static Map<String, List<Listed>> models(List<Listed> files) {
    Map<String, List<Listed>> models = new LinkedHashMap<>();
    for (Listed file : files) {
      SplitName part = SplitName.of(Path.of(file.path()));
      String key = part == null ? file.path() : part.path(0).toString();
      models.computeIfAbsent(key, _ -> new ArrayList<>()).add(file);
    }
    return models;
  }

  private static boolean means(List<Listed> model, String choice) {
    for (Listed file : model) {
      String path = file.path();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (path.equals(choice) || name.equals(choice)) {
        return true;
      }
      boolean helper = name.startsWith("mmproj") || name.contains("imatrix");
      if (!helper && (choice.isEmpty() || hasWord(path, choice))) {
        return true;
      }
    }
    return false;
  }

  /// `Q4_K` is a word of `kimi-Q4_K-00001-of-00002.gguf`, and not of `kimi-Q4_K_M.gguf`.
  private static boolean hasWord(String path, String word) {
    return Pattern.compile("(^|[-./])" + Pattern.quote(word.toLowerCase(Locale.ROOT)) + "($|[-./])")
        .matcher(path.toLowerCase(Locale.ROOT))
        .find();
  }

  private static List<Listed> complete(List<Listed> model) {
    SplitName first = SplitName.of(Path.of(model.getFirst().path()));
    if (first == null) {
      return model;
    }
    Map<String, Listed> byPath = new LinkedHashMap<>();
    model.forEach(file -> byPath.put(file.path(), file));
    List<Listed> parts = new ArrayList<>();
    for (int i = 0; i < first.count(); i++) {
      String path = first.path(i).toString();
      Listed part = byPath.get(path);
      if (part == null) {
        throw new HubException("the repository lacks " + path);
      }
      parts.add(part);
    }
    return parts;
  }
}
