package dev.stellwerk.inference.format;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of a file of a split model: `BASE-00002-of-00003.gguf`.
///
/// @param path of the file itself
/// @param number counted from 0
/// @param count of all files
public record SplitName(Path path, String base, int number, int count) {
  private static final Pattern FORM = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf");

  /// Takes a name apart; null when it is not of this form.
  public static @Nullable SplitName of(Path path) {
    Matcher name = FORM.matcher(String.valueOf(path.getFileName()));
    if (!name.matches()) {
      return null;
    }
    int number = Integer.parseInt(name.group(2));
    int count = Integer.parseInt(name.group(3));
    return number < 1 || number > count
        ? null
        : new SplitName(path, name.group(1), number - 1, count);
  }

  /// The file that is another part of the same model.
  public Path path(int other) {
    return path.resolveSibling(base + suffix(other, count));
  }

  /// The file name of another part of the same model.
  public String fileName(int other) {
    return base + suffix(other, count);
  }

  /// How the name of a part ends.
  static String suffix(int number, int count) {
    return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", number + 1, count);
  }
}
