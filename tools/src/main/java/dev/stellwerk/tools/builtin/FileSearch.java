package dev.stellwerk.tools.builtin;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// One search through a tree of files, in name order, within limits. Not thread-safe.
///
/// Links, device files, large files and files that are not text are passed over.
final class FileSearch {
  private static final int CONTEXT_CHARS = 40;

  private final String query;
  private final FileLimits limits;
  private final long deadline;
  private final List<String> lines = new ArrayList<>();
  private int entries;
  private long bytes;
  private int unread;
  private Optional<String> stopped = Optional.empty();

  FileSearch(String query, FileLimits limits) {
    this.query = query.toLowerCase(Locale.ROOT);
    this.limits = limits;
    this.deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.searchMillisMax());
  }

  void folder(SecureDirectoryStream<Path> folder, String prefix, int depth)
      throws InterruptedException {
    if (depth >= limits.depthMax()) {
      unread++;
      return;
    }
    List<Path> names = new ArrayList<>();
    for (Path entry : folder) {
      if (++entries > limits.searchEntriesMax()) {
        break; // what was listed of this folder is still searched
      }
      names.add(entry.getFileName());
    }
    names.sort(null);
    for (Path name : names) {
      if (goesOn()) {
        entry(folder, name, prefix + ListFiles.printable(name.toString()), depth);
      }
    }
    if (entries > limits.searchEntriesMax()) {
      stop(limits.searchEntriesMax() + " files and folders");
    }
  }

  private void entry(SecureDirectoryStream<Path> parent, Path name, String shown, int depth)
      throws InterruptedException {
    try {
      entry(parent, name, SafeFiles.attributes(parent, name), shown, depth);
    } catch (ClosedByInterruptException e) {
      throw new InterruptedException("interrupted while reading " + shown);
    } catch (IOException e) {
      unread++; // gone, or not ours to read: the rest of the tree is still worth searching
    }
  }

  void entry(
      SecureDirectoryStream<Path> parent,
      Path name,
      BasicFileAttributes attributes,
      String shown,
      int depth)
      throws IOException, InterruptedException {
    if (attributes.isDirectory()) {
      try (SecureDirectoryStream<Path> folder = parent.newDirectoryStream(name, NOFOLLOW_LINKS)) {
        folder(folder, shown + "/", depth + 1);
      }
    } else if (attributes.isRegularFile()) {
      file(parent, name, shown);
    }
  }

  private void file(SecureDirectoryStream<Path> parent, Path name, String shown)
      throws IOException {
    Optional<byte[]> content = SafeFiles.read(parent, name, limits.fileBytesMax());
    if (content.isEmpty()) {
      unread++;
      return;
    }
    bytes += content.get().length;
    int number = 0;
    for (String line : SafeFiles.text(content.get()).orElse("").lines().toList()) {
      number++;
      int at = line.toLowerCase(Locale.ROOT).indexOf(query);
      if (at < 0) {
        continue;
      }
      if (lines.size() == limits.matchesMax()) {
        stop(limits.matchesMax() + " matches");
        return;
      }
      lines.add(shown + ":" + number + ": " + excerpt(line, at));
    }
  }

  /// The line, or of a long one the part around the match.
  private String excerpt(String line, int at) {
    String text = line.strip();
    if (text.length() <= limits.lineCharsMax()) {
      return text;
    }
    int start = Math.max(0, Math.min(at, line.length()) - CONTEXT_CHARS);
    int end = Math.min(line.length(), start + limits.lineCharsMax());
    if (start > 0 && Character.isLowSurrogate(line.charAt(start))) {
      start++;
    }
    if (end < line.length() && Character.isLowSurrogate(line.charAt(end))) {
      end--;
    }
    return (start > 0 ? "…" : "")
        + line.substring(start, end).strip()
        + (end < line.length() ? "…" : "");
  }

  private boolean goesOn() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the search was interrupted");
    }
    if (bytes > limits.searchBytesMax()) {
      stop(limits.searchBytesMax() + " bytes");
    } else if (System.nanoTime() > deadline) {
      stop(limits.searchMillisMax() + " ms");
    }
    return stopped.isEmpty();
  }

  private void stop(String limit) {
    if (stopped.isEmpty()) {
      stopped = Optional.of(limit);
    }
  }

  String report() {
    List<String> report = new ArrayList<>(lines);
    if (report.isEmpty()) {
      report.add("No matches.");
    }
    stopped.ifPresent(
        limit -> report.add("[The search stopped after " + limit + "; there may be more.]"));
    if (unread > 0) {
      report.add("[" + unread + " files or folders were too large or could not be read.]");
    }
    return String.join("\n", report);
  }
}
