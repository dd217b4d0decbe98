package dev.stellwerk.tools.builtin;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.List;

/// The one folder that the file tools see, and the only way into it.
///
/// A path is checked twice. First by name: normalised, it must stay below the root, and so must the
/// real path of what exists of it, so that a symbolic link may point anywhere inside and nowhere
/// outside. Then, because somebody may change the tree between check and use, the real path is
/// walked from the root folder by file descriptor ([SecureDirectoryStream]: `openat` with
/// `O_NOFOLLOW`), where a link that has appeared since is an error.
final class RootFolder {
  private static final int PATH_CHARS_MAX = 4_096;

  private final Path given;
  private final Path real;
  private final int depthMax;

  private RootFolder(Path given, Path real, int depthMax) {
    this.given = given;
    this.real = real;
    this.depthMax = depthMax;
  }

  static RootFolder open(Path folder, int depthMax) throws IOException {
    Path real = folder.toRealPath();
    if (!Files.isDirectory(real)) {
      throw new IOException("the root '" + folder + "' is not a folder");
    }
    RootFolder root = new RootFolder(folder.toAbsolutePath().normalize(), real, depthMax);
    root.openRoot().close();
    return root;
  }

  /// A place below the root.
  ///
  /// @param shown as the model may read it, with `/`; `.` for the root
  /// @param segments of the real path below the root; those from `existing` on are not there yet
  record Place(String shown, List<Path> segments, int existing) {
    boolean exists() {
      return existing == segments.size();
    }

    Path name() {
      return segments.getLast();
    }

    boolean isRoot() {
      return segments.isEmpty();
    }
  }

  /// Finds the place that a path means.
  ///
  /// @throws ToolFailure when it lies outside the root
  Place resolve(String path) throws ToolFailure, IOException {
    Path relative = relative(path);
    Path current = real;
    List<Path> pending = new ArrayList<>();
    for (Path segment : relative) {
      if (segment.toString().isEmpty()) {
        continue;
      }
      Path next = current.resolve(segment);
      if (!pending.isEmpty() || !Files.exists(next, NOFOLLOW_LINKS)) {
        pending.add(segment);
      } else {
        current = realBelowRoot(next, path);
      }
    }
    List<Path> segments = new ArrayList<>();
    if (!current.equals(real)) {
      real.relativize(current).forEach(segments::add);
    }
    int existing = segments.size();
    segments.addAll(pending);
    if (segments.size() > depthMax) {
      throw new ToolFailure("'" + path + "' lies more than " + depthMax + " folders deep");
    }
    return new Place(shown(relative), List.copyOf(segments), existing);
  }

  private Path relative(String path) throws ToolFailure {
    if (path.length() > PATH_CHARS_MAX) {
      throw invalid("the path is longer than " + PATH_CHARS_MAX + " characters");
    }
    Path parsed;
    try {
      parsed = Path.of(path.isBlank() ? "." : path);
    } catch (InvalidPathException e) {
      throw invalid("the path contains a character that no file name may contain");
    }
    Path absolute = given.resolve(parsed).normalize();
    if (absolute.startsWith(given)) {
      return given.relativize(absolute);
    }
    if (absolute.startsWith(real)) {
      return real.relativize(absolute);
    }
    throw outside(path);
  }

  private Path realBelowRoot(Path existing, String path) throws ToolFailure {
    Path target;
    try {
      target = existing.toRealPath();
    } catch (IOException e) {
      throw new ToolFailure("'" + path + "' leads through a symbolic link that leads nowhere");
    }
    if (!target.startsWith(real)) {
      throw outside(path);
    }
    return target;
  }

  private static ToolFailure outside(String path) {
    return new ToolFailure(
        Tool.Reason.DENIED, "'" + path + "' is outside the folder that the file tools may use");
  }

  private static ToolFailure invalid(String message) {
    return new ToolFailure(Tool.Reason.INVALID_ARGUMENTS, message);
  }

  private static String shown(Path relative) {
    List<String> names = new ArrayList<>();
    relative.forEach(segment -> names.add(segment.toString()));
    String joined = String.join("/", names);
    return joined.isEmpty() ? "." : joined;
  }

  /// Opens the folder at the first `depth` segments, by descriptor from the root. Close it.
  SecureDirectoryStream<Path> openFolder(Place place, int depth) throws IOException {
    SecureDirectoryStream<Path> folder = openRoot();
    for (Path segment : place.segments().subList(0, depth)) {
      try (SecureDirectoryStream<Path> parent = folder) {
        folder = parent.newDirectoryStream(segment, NOFOLLOW_LINKS);
      }
    }
    return folder;
  }

  /// Opens the folder of an existing file or folder.
  SecureDirectoryStream<Path> openParent(Place place) throws IOException {
    return openFolder(place, place.segments().size() - 1);
  }

  /// The real path of the root, for what can only be done by path there: making a folder.
  Path real() {
    return real;
  }

  @SuppressWarnings("StreamResourceLeak") // handed to the caller, who closes it
  SecureDirectoryStream<Path> openRoot() throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(real);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new FileSystemException(
        real.toString(), null, "this file system cannot be used safely (no openat)");
  }
}
