package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Checks;

/// Bounds of the file tools.
///
/// @param fileBytesMax a larger file is neither read, written nor searched
/// @param entriesMax entries that one listing shows
/// @param searchEntriesMax files and folders that one search visits
/// @param searchBytesMax bytes that one search reads
/// @param searchMillisMax how long one search takes
/// @param depthMax folders below each other, in a path and in a search
/// @param matchesMax lines that one search shows
/// @param lineCharsMax of a matching line, what is shown
public record FileLimits(
    int fileBytesMax,
    int entriesMax,
    int searchEntriesMax,
    long searchBytesMax,
    int searchMillisMax,
    int depthMax,
    int matchesMax,
    int lineCharsMax) {
  public static final FileLimits DEFAULT =
      new FileLimits(1024 * 1024, 1_000, 50_000, 256L * 1024 * 1024, 5_000, 32, 100, 200);

  public FileLimits {
    Checks.positive("fileBytesMax", fileBytesMax);
    Checks.positive("entriesMax", entriesMax);
    Checks.positive("searchEntriesMax", searchEntriesMax);
    Checks.positive("searchBytesMax", searchBytesMax);
    Checks.positive("searchMillisMax", searchMillisMax);
    Checks.positive("depthMax", depthMax);
    Checks.positive("matchesMax", matchesMax);
    Checks.positive("lineCharsMax", lineCharsMax);
  }
}
