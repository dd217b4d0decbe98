package dev.stellwerk.tools.builtin;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/// Reads entries of a folder that is held open by descriptor.
final class SafeFiles {
  private SafeFiles() {}

  /// What an entry is, links not followed.
  static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  /// The bytes of a regular file, or empty when it has more than `bytesMax`, whatever its size
  /// claims.
  static Optional<byte[]> read(SecureDirectoryStream<Path> folder, Path name, int bytesMax)
      throws IOException {
    try (SeekableByteChannel channel =
        folder.newByteChannel(name, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS))) {
      long size = channel.size();
      if (size > bytesMax) {
        return Optional.empty();
      }
      // Files of /proc claim to be empty, and files grow: read until the end, with room for one
      // more.
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(bytesMax + 1L, size + 4_096));
      while (channel.read(bytes) >= 0) {
        if (!bytes.hasRemaining()) {
          if (bytes.capacity() > bytesMax) {
            return Optional.empty();
          }
          int larger = (int) Math.min(bytesMax + 1L, bytes.capacity() * 2L);
          bytes = ByteBuffer.allocate(larger).put(bytes.flip());
        }
      }
      byte[] content = new byte[bytes.flip().remaining()];
      bytes.get(content);
      return Optional.of(content);
    }
  }

  /// The bytes as text, or empty when they are not UTF-8 text.
  static Optional<String> text(byte[] bytes) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
