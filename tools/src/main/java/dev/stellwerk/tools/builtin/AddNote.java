package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;
import java.io.IOException;

/// `add_note`: saves a note for good.
record AddNote(NoteStore store) implements BuiltinTool {
  private static final Tool.Spec SPEC = Specs.of("add_note", "Save a note.", Specs.ADDS, "text");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException, InterruptedException {
    String text = arguments.text("text");
    if (text.isBlank()) {
      throw new ToolFailure(Tool.Reason.INVALID_ARGUMENTS, "the note is empty");
    }
    return "Saved note " + store.add(text) + ".";
  }
}
