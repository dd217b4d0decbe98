package dev.stellwerk.runtime.store;

import dev.stellwerk.runtime.agent.JournalException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.h2.Driver;
import org.jspecify.annotations.Nullable;

/// The journal's database files, each of which belongs to one process at a time.
///
/// A process takes the first file of its kind that is free: the service has one, commands have
/// [#COMMANDS_MAX]. What is taken shows in the operating system's lock on a file beside it, so that
/// a killed process leaves nothing locked.
final class JournalFiles {
  /// How many commands may run at the same time on one data directory.
  static final int COMMANDS_MAX = 16;

  /// A database file that is ours until it is closed.
  record Claimed(Connection connection, String url, FileChannel lock) implements AutoCloseable {
    @Override
    public void close() throws SQLException, IOException {
      try (lock) {
        connection.close();
      }
    }
  }

  private final Path directory;

  /// Names the files; opens none.
  ///
  /// @param directory made when it is not there
  JournalFiles(Path directory) {
    this.directory = directory;
  }

  /// The service's journal.
  ///
  /// @throws JournalException when another service has it
  Claimed openService() {
    return claim("service")
        .orElseThrow(
            () ->
                new JournalException(
                    "another service uses the data directory "
                        + directory
                        + "; stop it, or give this one its own with --data"));
  }

  /// A journal for one command, beside those of other commands that run now.
  Claimed openCommand() {
    for (int slot = 1; slot <= COMMANDS_MAX; slot++) {
      Optional<Claimed> claimed = claim("command-" + slot);
      if (claimed.isPresent()) {
        return claimed.get();
      }
    }
    throw new JournalException(
        COMMANDS_MAX + " commands already use the data directory " + directory);
  }

  private Optional<Claimed> claim(String name) {
    Path file = directory.resolve(name).toAbsolutePath();
    if (file.toString().contains(";")) {
      throw new JournalException("the data directory's path contains ';': " + directory);
    }
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(name + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (lock(channel) == null) {
        channel.close();
        return Optional.empty();
      }
      return Optional.of(connect(file, channel));
    } catch (IOException e) {
      throw new JournalException(
          "the data directory "
              + directory
              + " cannot be used: "
              + e
              + "; choose another with --data",
          e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this very process.
      return null;
    }
  }

  private static Claimed connect(Path file, FileChannel lock) throws IOException {
    // WRITE_DELAY=0: a committed row is on disk. Without it H2 loses them at SIGKILL.
    String url =
        "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0";
    Properties credentials = new Properties();
    credentials.setProperty("user", "sa");
    credentials.setProperty("password", "");
    try {
      Connection connection = new Driver().connect(url, credentials);
      connection.setAutoCommit(false);
      return new Claimed(connection, url, lock);
    } catch (SQLException e) {
      lock.close();
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown reason");
      throw new JournalException("the journal " + file + ".mv.db cannot be opened: " + reason, e);
    }
  }
}
