package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;

/// `read_file`: the content of a text file.
record ReadFile(RootFolder root, FileLimits limits) implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of("read_file", "Read a text file.", Tool.Effects.READ_ONLY, "path");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException {
    RootFolder.Place place = root.resolve(arguments.text("path"));
    String shown = place.shown();
    if (!place.exists()) {
      throw new ToolFailure("there is no file '" + shown + "'");
    }
    if (place.isRoot()) {
      throw new ToolFailure("'.' is a folder, not a file");
    }
    try (SecureDirectoryStream<Path> parent = root.openParent(place)) {
      BasicFileAttributes attributes = SafeFiles.attributes(parent, place.name());
      if (attributes.isDirectory()) {
        throw new ToolFailure("'" + shown + "' is a folder, not a file");
      }
      if (!attributes.isRegularFile()) {
        throw new ToolFailure(
            "'" + shown + "' is not a regular file"); // a FIFO would block for ever
      }
      byte[] bytes =
          SafeFiles.read(parent, place.name(), limits.fileBytesMax())
              .orElseThrow(
                  () ->
                      new ToolFailure(
                          "'%s' is larger than the %d bytes that may be read"
                              .formatted(shown, limits.fileBytesMax())));
      return SafeFiles.text(bytes)
          .orElseThrow(() -> new ToolFailure("'" + shown + "' is not a UTF-8 text file"));
    }
  }
}
