package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.ToolSource;
import java.io.IOException;
import java.util.List;

/// Makes the source of the built-in tools.
public final class BuiltinTools {
  /// The source's name, as policies write it.
  public static final String SOURCE = "builtin";

  private BuiltinTools() {}

  /// The built-in tools over one root folder and one data folder.
  ///
  /// @throws IOException when the root is not a folder, or its file system cannot be used safely
  public static ToolSource source(BuiltinConfig config) throws IOException {
    RootFolder root = RootFolder.open(config.root(), config.files().depthMax());
    NoteStore notes = new NoteStore(config.data(), config.notes(), config.clock());
    return new BuiltinSource(
        List.of(
            new ListFiles(root, config.files()),
            new ReadFile(root, config.files()),
            new WriteFile(root, config.files()),
            new SearchFiles(root, config.files()),
            new Calculate(),
            new GetTime(config.clock()),
            new AddNote(notes),
            new FindNotes(notes, config.notes())));
  }
}
