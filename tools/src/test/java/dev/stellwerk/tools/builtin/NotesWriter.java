package dev.stellwerk.tools.builtin;

import java.nio.file.Path;

/// Saves notes in a process of its own: root, data folder, how many.
final class NotesWriter {
  private NotesWriter() {}

  public static void main(String[] args) throws Exception {
    BuiltinFixture tools = new BuiltinFixture(Path.of(args[0]), Path.of(args[1]));
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      String answer = tools.call("add_note", "text", "note " + i);
      if (!answer.startsWith("Saved note ")) {
        throw new IllegalStateException(answer);
      }
    }
  }
}
