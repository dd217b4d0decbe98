package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;

/// `search_files`: `path:line: text` of every line that contains a text, upper and lower case
/// alike.
record SearchFiles(RootFolder root, FileLimits limits) implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "search_files",
          "Find the files that contain a text.",
          Tool.Effects.READ_ONLY,
          "query",
          "path?");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException, InterruptedException {
    String query = arguments.text("query");
    if (query.isBlank()) {
      throw new ToolFailure(Tool.Reason.INVALID_ARGUMENTS, "the query is empty");
    }
    RootFolder.Place place = root.resolve(arguments.text("path", "."));
    if (!place.exists()) {
      throw new ToolFailure("there is no file or folder '" + place.shown() + "'");
    }
    FileSearch search = new FileSearch(query, limits);
    if (place.isRoot()) {
      try (SecureDirectoryStream<Path> folder = root.openRoot()) {
        search.folder(folder, "", 0);
      }
      return search.report();
    }
    try (SecureDirectoryStream<Path> parent = root.openParent(place)) {
      BasicFileAttributes attributes = SafeFiles.attributes(parent, place.name());
      search.entry(parent, place.name(), attributes, place.shown(), 0);
    }
    return search.report();
  }
}
