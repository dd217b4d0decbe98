package dev.stellwerk.tools.builtin;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// `write_file`: replaces a file in one step, so that a reader sees the old text or the new, and a
/// crash leaves one of them. Makes missing folders.
record WriteFile(RootFolder root, FileLimits limits) implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "write_file",
          "Write text to a file, replacing what it held.",
          Specs.REPLACES,
          "path",
          "content");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure, IOException {
    ByteBuffer content = encode(arguments.text("content"));
    int size = content.remaining();
    RootFolder.Place place = root.resolve(arguments.text("path"));
    if (place.isRoot()) {
      throw new ToolFailure("'.' is a folder, not a file");
    }
    try (SecureDirectoryStream<Path> parent = openOrMakeParent(place)) {
      replace(parent, place, content);
    }
    return "Wrote " + size + (size == 1 ? " byte to " : " bytes to ") + place.shown() + ".";
  }

  private ByteBuffer encode(String content) throws ToolFailure {
    ByteBuffer bytes;
    try {
      bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(content));
    } catch (CharacterCodingException e) {
      throw new ToolFailure(Tool.Reason.INVALID_ARGUMENTS, "the content is not valid Unicode");
    }
    if (bytes.remaining() > limits.fileBytesMax()) {
      throw new ToolFailure(
          "the content has %d bytes, more than the %d that may be written"
              .formatted(bytes.remaining(), limits.fileBytesMax()));
    }
    return bytes;
  }

  private SecureDirectoryStream<Path> openOrMakeParent(RootFolder.Place place)
      throws ToolFailure, IOException {
    int parents = place.segments().size() - 1;
    SecureDirectoryStream<Path> folder =
        root.openFolder(place, Math.min(place.existing(), parents));
    for (Path name : place.segments().subList(Math.min(place.existing(), parents), parents)) {
      try (SecureDirectoryStream<Path> parent = folder) {
        makeFolder(parent, name);
        folder = parent.newDirectoryStream(name, NOFOLLOW_LINKS);
      }
    }
    return folder;
  }

  /// Java cannot make a folder by descriptor, and by path a link could lead the new folder outside.
  /// So the folder is made in the root, by path, and moved to its place by descriptor.
  private void makeFolder(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    Path temporary = temporaryName();
    Files.createDirectory(root.real().resolve(temporary));
    try (SecureDirectoryStream<Path> top = root.openRoot()) {
      try {
        top.move(temporary, parent, name);
      } catch (IOException e) {
        top.deleteDirectory(temporary);
        if (!SafeFiles.attributes(parent, name).isDirectory()) {
          throw e;
        } // otherwise somebody else was faster, which is as good
      }
    }
  }

  private static void replace(
      SecureDirectoryStream<Path> parent, RootFolder.Place place, ByteBuffer content)
      throws ToolFailure, IOException {
    Optional<PosixFileAttributes> old = existing(parent, place);
    Path temporary = temporaryName();
    try {
      write(parent, temporary, content);
      if (old.isPresent()) {
        parent
            .getFileAttributeView(temporary, PosixFileAttributeView.class, NOFOLLOW_LINKS)
            .setPermissions(old.get().permissions());
      }
      parent.move(temporary, parent, place.name());
    } catch (IOException e) {
      deleteQuietly(parent, temporary, e);
      throw e;
    }
  }

  private static Optional<PosixFileAttributes> existing(
      SecureDirectoryStream<Path> parent, RootFolder.Place place) throws ToolFailure, IOException {
    try {
      PosixFileAttributes attributes =
          parent
              .getFileAttributeView(place.name(), PosixFileAttributeView.class, NOFOLLOW_LINKS)
              .readAttributes();
      if (attributes.isDirectory()) {
        throw new ToolFailure("'" + place.shown() + "' is a folder, not a file");
      }
      if (!attributes.isRegularFile()) {
        throw new ToolFailure("'" + place.shown() + "' is not a regular file");
      }
      return Optional.of(attributes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void write(SecureDirectoryStream<Path> parent, Path name, ByteBuffer content)
      throws IOException {
    try (SeekableByteChannel channel =
        parent.newByteChannel(
            name,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, NOFOLLOW_LINKS))) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      if (channel instanceof FileChannel file) {
        file.force(true); // the name must not reach the disk before the text
      }
    }
  }

  private static void deleteQuietly(
      SecureDirectoryStream<Path> parent, Path name, IOException failure) {
    try {
      parent.deleteFile(name);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static Path temporaryName() {
    return Path.of(".stellwerk-" + UUID.randomUUID() + ".tmp");
  }
}
