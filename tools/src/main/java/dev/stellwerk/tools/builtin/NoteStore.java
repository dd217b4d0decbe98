package dev.stellwerk.tools.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.tools.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The notes, a JSON object a line in `notes.jsonl`:
/// `{"id":3,"at":"2026-11-23T20:41:07Z","text":"…"}`.
///
/// A note is on the disk when [#add] returns. Ids rise by one; a file lock keeps several stores and
/// processes apart. A line that a crash has left half written was never confirmed and is cut off by
/// the next writer; a line that somebody has spoilt by hand is passed over.
final class NoteStore {
  /// One note.
  record Note(long id, String text) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "notes.jsonl";

  private final Path folder;
  private final NoteLimits limits;
  private final Clock clock;
  private final ReentrantLock inProcess = new ReentrantLock();

  NoteStore(Path folder, NoteLimits limits, Clock clock) {
    this.folder = folder;
    this.limits = limits;
    this.clock = clock;
  }

  /// Saves a note and returns its id.
  long add(String text) throws ToolFailure, IOException, InterruptedException {
    if (text.getBytes(StandardCharsets.UTF_8).length > limits.noteBytesMax()) {
      throw new ToolFailure(
          Tool.Reason.INVALID_ARGUMENTS,
          "the note is longer than " + limits.noteBytesMax() + " bytes");
    }
    makeFolder();
    try (LockedFile locked = open(true)) {
      FileChannel file = locked.channel();
      byte[] before = read(file);
      int whole = wholeLines(before);
      List<Note> notes = parse(before, whole);
      long id = notes.stream().mapToLong(Note::id).max().orElse(0) + 1;
      byte[] line = line(id, text);
      if (notes.size() >= limits.notesMax() || whole + line.length > limits.fileBytesMax()) {
        throw new ToolFailure("there is no room for more notes");
      }
      append(file, whole, line);
      return id;
    }
  }

  /// All notes, oldest first.
  List<Note> all() throws ToolFailure, IOException, InterruptedException {
    if (!Files.exists(folder.resolve(FILE), LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (LockedFile locked = open(false)) {
      byte[] content = read(locked.channel());
      return parse(content, wholeLines(content));
    }
  }

  private LockedFile open(boolean create) throws ToolFailure, IOException, InterruptedException {
    return LockedFile.open(folder.resolve(FILE), create, inProcess, limits.lockMillisMax())
        .orElseThrow(() -> new ToolFailure("the notes are busy; try again"));
  }

  private void makeFolder() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }

  private static void append(FileChannel file, int at, byte[] line) throws IOException {
    if (file.size() > at) {
      file.truncate(at);
    }
    ByteBuffer bytes = ByteBuffer.wrap(line);
    while (bytes.hasRemaining()) {
      file.write(bytes, at + bytes.position());
    }
    file.force(true);
  }

  private byte[] line(long id, String text) throws IOException {
    JsonNode note =
        JSON.createObjectNode()
            .put("id", id)
            .put("at", clock.instant().toString())
            .put("text", text);
    return (JSON.writeValueAsString(note) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private byte[] read(FileChannel file) throws ToolFailure, IOException {
    long size = file.size();
    if (size > limits.fileBytesMax()) {
      throw new ToolFailure("the notes' file is larger than " + limits.fileBytesMax() + " bytes");
    }
    ByteBuffer content = ByteBuffer.allocate((int) size);
    while (content.hasRemaining() && file.read(content, content.position()) >= 0) {
      // reads on until the size that the file had under the lock
    }
    return content.array();
  }

  /// The length of the content up to and with its last line break.
  private static int wholeLines(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private static List<Note> parse(byte[] content, int length) {
    List<Note> notes = new ArrayList<>();
    new String(content, 0, length, StandardCharsets.UTF_8)
        .lines()
        .forEach(line -> note(line).ifPresent(notes::add));
    return notes;
  }

  private static Optional<Note> note(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return json.path("id").canConvertToLong() && json.path("text").isTextual()
          ? Optional.of(new Note(json.path("id").asLong(), json.path("text").textValue()))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
