package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Checks;

/// Bounds of the notes.
///
/// @param noteBytesMax UTF-8 bytes of one note
/// @param notesMax notes kept in all; after that none is added
/// @param fileBytesMax size of the notes' file
/// @param shownMax notes that one answer shows, the newest
/// @param lockMillisMax how long to wait while another process writes
public record NoteLimits(
    int noteBytesMax, int notesMax, int fileBytesMax, int shownMax, int lockMillisMax) {
  public static final NoteLimits DEFAULT =
      new NoteLimits(8 * 1024, 10_000, 16 * 1024 * 1024, 100, 5_000);

  public NoteLimits {
    Checks.positive("noteBytesMax", noteBytesMax);
    Checks.positive("notesMax", notesMax);
    Checks.positive("fileBytesMax", fileBytesMax);
    Checks.positive("shownMax", shownMax);
    Checks.positive("lockMillisMax", lockMillisMax);
  }
}
