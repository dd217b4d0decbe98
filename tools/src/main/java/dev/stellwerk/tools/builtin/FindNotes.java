package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// `find_notes`: `3: text` of all notes, or of those that contain a text, upper and lower case
/// alike.
record FindNotes(NoteStore store, NoteLimits limits) implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "find_notes",
          "List the saved notes, or those that contain a text.",
          Tool.Effects.READ_ONLY,
          "query?");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException, InterruptedException {
    String query = arguments.text("query", "").strip().toLowerCase(Locale.ROOT);
    List<NoteStore.Note> found =
        store.all().stream()
            .filter(note -> note.text().toLowerCase(Locale.ROOT).contains(query))
            .toList();
    if (found.isEmpty()) {
      return "No notes.";
    }
    int hidden = Math.max(0, found.size() - limits.shownMax());
    String lines =
        found.stream().skip(hidden).map(FindNotes::line).collect(Collectors.joining("\n"));
    return hidden == 0
        ? lines
        : lines + "\n[" + hidden + " older notes are not shown; search for a text.]";
  }

  private static String line(NoteStore.Note note) {
    return note.id() + ": " + note.text().replaceAll("\\R", " ");
  }
}
