package dev.stellwerk.runtime.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Transfers one file into `NAME.part` and renames it when it is whole and has the right checksum.
///
/// What an earlier attempt or process brought is kept, with the server's validator beside it in
/// `NAME.part.json`; the next attempt asks for the rest under `If-Range`. Where that cannot be
/// trusted, it starts from the first byte.
final class Download {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d+)-\\d+|\\*)/(\\d+)");

  /// What was done.
  ///
  /// @param transferred bytes that came over the net this time
  record Done(String sha256, long transferred) {}

  private final RemoteFile file;
  private final Path target;
  private final Path part;
  private final PartNote note;
  private final HubHttp http;
  private final PullProgress progress;
  private final Checksum checksum = new Checksum();
  private long have;
  private long transferred;

  Download(RemoteFile file, Path directory, HubHttp http, PullProgress progress) {
    this.file = file;
    this.target = directory.resolve(file.name());
    this.part = directory.resolve(file.name() + ".part");
    this.note = new PartNote(directory.resolve(file.name() + ".part.json"));
    this.http = http;
    this.progress = progress;
  }

  /// How many bytes of the file are on the disk already, as far as can be said without reading
  /// them.
  static long onDisk(RemoteFile file, Path directory) {
    try {
      Path target = directory.resolve(file.name());
      Path part = directory.resolve(file.name() + ".part");
      long bytes =
          Files.exists(target) ? Files.size(target) : Files.exists(part) ? Files.size(part) : 0;
      return Math.min(bytes, file.bytes());
    } catch (IOException e) {
      return 0;
    }
  }

  /// Brings the file.
  ///
  /// @throws HubException when it cannot be had, or is not what it should be
  Done run(Retries retries) throws InterruptedException {
    try {
      if (Files.exists(target)) {
        return new Done(present(), 0);
      }
      try (FileChannel out =
          FileChannel.open(
              part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        claim(out);
        takeUp(out);
        retries.run(() -> attempt(out));
        return finish(out);
      }
    } catch (IOException e) {
      throw new HubException(part + " cannot be written: " + e.getMessage(), e);
    }
  }

  /// The checksum of a file that is there already.
  private String present() throws IOException {
    try (FileChannel in = FileChannel.open(target, StandardOpenOption.READ)) {
      boolean same = in.size() == file.bytes();
      if (same) {
        read(in, in.size());
        String found = checksum.hex();
        if (file.sha256().map(found::equals).orElse(true)) {
          return found;
        }
      }
      throw new HubException(
          target + " is another file of the same name; remove it, or choose a folder with --to");
    }
  }

  private void claim(FileChannel out) throws IOException {
    try {
      if (out.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this very process; said below.
    }
    throw new HubException("another pull writes " + part);
  }

  /// Goes on with what an earlier process left, if it is of the same file.
  private void takeUp(FileChannel out) throws IOException {
    long size = out.size();
    if (size == 0 || size > file.bytes() || !note.fits(file)) {
      restart(out);
    } else {
      read(out, size);
      have = size;
    }
  }

  private void read(FileChannel in, long bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long position = 0;
    while (position < bytes) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, bytes - position));
      int count = in.read(buffer, position);
      if (count < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      checksum.add(buffer.array(), count);
      position += count;
      progress.checking(file.name(), position, bytes);
    }
  }

  private void restart(FileChannel out) throws IOException {
    out.truncate(0);
    checksum.reset();
    have = 0;
    note.forget();
  }

  private boolean attempt(FileChannel out) throws TransientException {
    if (have == file.bytes()) {
      return true;
    }
    try {
      if (have > 0 && note.validator().isEmpty() && file.sha256().isEmpty()) {
        restart(out); // nothing would tell that the rest is of the same file
      }
      try (HubHttp.Reply reply = http.get(file.url(), headers())) {
        begin(out, reply);
        copy(out, reply);
      }
      return true;
    } catch (IOException e) {
      throw new HubException(part + " cannot be written: " + e.getMessage(), e);
    }
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (have > 0) {
      headers.put("Range", "bytes=" + have + "-");
      note.validator().ifPresent(validator -> headers.put("If-Range", validator));
    }
    return headers;
  }

  /// Checks that the answer is what goes after what we have, or starts over.
  private void begin(FileChannel out, HubHttp.Reply reply) throws TransientException, IOException {
    Optional<String> validator = reply.header("ETag").filter(etag -> etag.startsWith("\""));
    Matcher range = CONTENT_RANGE.matcher(reply.header("Content-Range").orElse(""));
    OptionalLong total = reply.length();
    switch (reply.status()) {
      case 206 -> {
        boolean follows =
            range.matches() && range.group(1) != null && number(range.group(1)) == have;
        boolean same = note.validator().isEmpty() || note.validator().equals(validator);
        if (!follows || !same) {
          restart(out);
          throw again("the server answers with another part than was asked for");
        }
        total = OptionalLong.of(number(range.group(2)));
      }
      case 416 -> {
        restart(out);
        throw again("the server has no bytes where the transfer stopped; starting over");
      }
      default -> {
        if (have > 0) {
          restart(out);
        }
        note.write(file, validator);
      }
    }
    checkLength(total);
  }

  private void checkLength(OptionalLong total) {
    if (total.isPresent() && total.getAsLong() != file.bytes()) {
      throw new HubException(
          file.name()
              + " should have "
              + file.bytes()
              + " bytes, and the server has "
              + total.getAsLong()
              + "; it changed in the meantime: try again");
    }
  }

  private void copy(FileChannel out, HubHttp.Reply reply) throws TransientException, IOException {
    long before = have;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream body = reply.body()) {
      while (have < file.bytes()) {
        int count;
        try {
          count = body.read(buffer, 0, (int) Math.min(buffer.length, file.bytes() - have));
        } catch (IOException e) {
          throw new TransientException(
              file.name() + ": " + e.getMessage(), have > before, Optional.empty(), e);
        }
        if (count < 0) {
          throw new TransientException(
              file.name()
                  + ": the connection ended after "
                  + have
                  + " of "
                  + file.bytes()
                  + " bytes",
              have > before,
              Optional.empty(),
              null);
        }
        write(out, ByteBuffer.wrap(buffer, 0, count));
        checksum.add(buffer, count);
        have += count;
        transferred += count;
        progress.transferring(file.name(), have, file.bytes());
      }
    }
  }

  private void write(FileChannel out, ByteBuffer bytes) throws IOException {
    long position = have;
    while (bytes.hasRemaining()) {
      position += out.write(bytes, position);
    }
  }

  private Done finish(FileChannel out) throws IOException {
    String found = checksum.hex();
    if (file.sha256().isPresent() && !file.sha256().get().equals(found)) {
      restart(out);
      Files.deleteIfExists(part);
      throw new HubException(
          file.name()
              + " has the SHA-256 "
              + found
              + ", expected "
              + file.sha256().get()
              + "; what came was thrown away");
    }
    out.force(true);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    note.forget();
    return new Done(found, transferred);
  }

  private static long number(String digits) {
    return digits.length() > 18 ? -1 : Long.parseLong(digits);
  }

  private TransientException again(String why) {
    return new TransientException(file.name() + ": " + why, false, Optional.empty(), null);
  }
}
