package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.List;

/// `list_files`: one name a line, folders end in `/`.
record ListFiles(RootFolder root, FileLimits limits) implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "list_files", "List the files and folders in a folder.", Tool.Effects.READ_ONLY, "path?");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException {
    RootFolder.Place place = root.resolve(arguments.text("path", "."));
    if (!place.exists()) {
      throw new ToolFailure("there is no folder '" + place.shown() + "'");
    }
    List<String> names = new ArrayList<>();
    boolean cut = false;
    try (SecureDirectoryStream<Path> folder = root.openFolder(place, place.segments().size())) {
      for (Path entry : folder) {
        if (names.size() == limits.entriesMax()) {
          cut = true;
          break;
        }
        names.add(line(folder, entry.getFileName()));
      }
    } catch (NotDirectoryException e) {
      throw new ToolFailure("'" + place.shown() + "' is a file, not a folder");
    }
    names.sort(null);
    if (cut) {
      names.add("[Only " + limits.entriesMax() + " entries are shown; there are more.]");
    }
    return names.isEmpty() ? "(empty)" : String.join("\n", names);
  }

  private static String line(SecureDirectoryStream<Path> folder, Path name) {
    String shown = printable(name.toString());
    try {
      return SafeFiles.attributes(folder, name).isDirectory() ? shown + "/" : shown;
    } catch (IOException e) {
      return shown; // gone in the meantime, or not to be looked at: its name is all there is
    }
  }

  /// A file name may hold a line break, which would look like two files.
  static String printable(String name) {
    StringBuilder shown = new StringBuilder(name.length());
    name.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return shown.toString();
  }
}
