package dev.stellwerk.runtime.store;

import dev.stellwerk.runtime.agent.JournalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/// Brings a journal file's schema up to date.
///
/// Flyway costs a quarter of a second even when there is nothing to do, so it is asked only when
/// the newest migration is not in the file's history.
final class Schema {
  /// All migrations, oldest first; the folder is not searched at run time.
  private static final List<String> MIGRATIONS = List.of("V1__runs.sql", "V2__numeric_mode.sql");

  private static final String LATEST = "2";

  private Schema() {}

  /// Runs what is missing.
  ///
  /// @param dataSource further connections to the file that `connection` keeps open
  static void migrate(Connection connection, DataSource dataSource) throws SQLException {
    if (isLatest(connection)) {
      return;
    }
    try {
      Flyway.configure(Schema.class.getClassLoader())
          .dataSource(dataSource)
          .resourceProvider(new Listed())
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new JournalException(
          "the journal "
              + connection.getMetaData().getURL()
              + " was written by another version and cannot be brought up to date; move its files"
              + " away, or give another folder with --data",
          e);
    }
  }

  private static boolean isLatest(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet tables =
          statement.executeQuery(
              "select 1 from information_schema.tables"
                  + " where table_name = 'flyway_schema_history'")) {
        if (!tables.next()) {
          return false;
        }
      }
      try (ResultSet latest =
          statement.executeQuery(
              "select \"version\" from \"flyway_schema_history\" where \"success\""
                  + " order by \"installed_rank\" desc fetch first row only")) {
        return latest.next() && LATEST.equals(latest.getString(1));
      }
    }
  }

  private static final class Listed implements ResourceProvider {
    @Override
    public @Nullable LoadableResource getResource(String name) {
      return MIGRATIONS.contains(name) ? new Migration(name) : null;
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
      return MIGRATIONS.stream()
          .filter(name -> name.startsWith(prefix))
          .filter(name -> Arrays.stream(suffixes).anyMatch(name::endsWith))
          .<LoadableResource>map(Migration::new)
          .toList();
    }
  }

  private static final class Migration extends LoadableResource {
    private final String name;

    Migration(String name) {
      this.name = name;
    }

    @Override
    public Reader read() {
      String path = "/db/migration/" + name;
      try (InputStream in = Schema.class.getResourceAsStream(path)) {
        if (in == null) {
          throw new IllegalStateException(path + " is not in the application");
        }
        return new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new JournalException(path + " cannot be read", e);
      }
    }

    @Override
    public String getAbsolutePath() {
      return "/db/migration/" + name;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return getAbsolutePath();
    }

    @Override
    public String getFilename() {
      return name;
    }

    @Override
    public String getRelativePath() {
      return name;
    }
  }
}
