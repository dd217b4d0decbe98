package dev.stellwerk.inference.format;

import dev.stellwerk.inference.format.GgufHeader.Entry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One mapped file with its checked header.
///
/// @param identity what tells the file from another of the same name; null when it has none
record GgufPart(
    Path path,
    MemorySegment file,
    ByteBuffer header,
    Map<String, Entry> entries,
    Map<String, TensorInfo> tensors,
    List<UnsupportedTensor> unsupported,
    @Nullable Object identity) {

  /// Maps a file and checks its header.
  ///
  /// @param part which file of a split model this is, counted from 0
  static GgufPart map(Path path, Arena arena, int part) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return read(path, file, part, attributes(path).fileKey());
    } catch (NoSuchFileException e) {
      throw new ModelFileException(path, "file", "does not exist", e);
    } catch (IOException e) {
      throw new ModelFileException(path, "file", "cannot be read: " + e.getMessage(), e);
    }
  }

  /// The same for a file that is in memory already.
  static GgufPart of(Path label, MemorySegment file, int part) {
    return read(label, file, part, null);
  }

  private static GgufPart read(Path path, MemorySegment file, int part, @Nullable Object identity) {
    long headerBytes = Math.min(file.byteSize(), GgufHeader.HEADER_BYTES_MAX);
    ByteBuffer header = file.asSlice(0, headerBytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    GgufHeader read = new GgufHeader(path, header, file.byteSize(), part);
    read.read();
    return new GgufPart(
        path, file, header, read.entries(), read.tensors(), read.unsupported(), identity);
  }

  long bytes() {
    return file.byteSize();
  }

  /// Whether both files have the same value under a key, bit for bit.
  boolean sameValue(String key, GgufPart other) {
    Entry mine = entries.get(key);
    Entry theirs = other.entries.get(key);
    return mine != null
        && theirs != null
        && mine.type() == theirs.type()
        && mine.count() == theirs.count()
        && header
            .slice(mine.position(), mine.end() - mine.position())
            .equals(other.header.slice(theirs.position(), theirs.end() - theirs.position()));
  }

  /// Refuses a file that has become shorter than what was mapped; its pages are gone. A file that
  /// another has taken the place of, or that was deleted, is still whole behind the mapping.
  void checkWhole() {
    if (identity == null) {
      return;
    }
    long now;
    try {
      BasicFileAttributes attributes = attributes(path);
      if (!Objects.equals(attributes.fileKey(), identity)) {
        return;
      }
      now = attributes.size();
    } catch (IOException e) {
      return; // deleted or out of reach, which harms no mapping
    }
    if (now < bytes()) {
      throw new ModelFileException(
          path, "file", "is now " + now + " bytes long; it was " + bytes() + " when it was opened");
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }
}
