package dev.stellwerk.runtime.store;

import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Pages of a caller's runs, newest first. A page's token is the ordinal of the last run before it,
/// so that runs which arrive in the meantime shift nothing.
final class Listing {
  private Listing() {}

  static Page<RunState> page(
      Connection connection, String select, Sql.Row<RunState> row, Caller caller, Query query)
      throws SQLException {
    StringBuilder sql = new StringBuilder(select).append(" where caller = ?");
    List<Object> parameters = new ArrayList<>(List.of(caller.name()));
    query
        .status()
        .ifPresent(
            status -> {
              sql.append(" and status = ?");
              parameters.add(status.name());
            });
    query
        .contextId()
        .ifPresent(
            context -> {
              sql.append(" and context_id = ?");
              parameters.add(context);
            });
    if (!query.pageToken().isEmpty()) {
      sql.append(" and ordinal < ?");
      parameters.add(ordinal(query.pageToken()));
    }
    sql.append(" order by ordinal desc fetch first ? rows only");
    parameters.add(query.pageSize() + 1);
    List<RunState> found = Sql.list(connection, sql.toString(), row, parameters.toArray());
    if (found.size() <= query.pageSize()) {
      return new Page<>(found, "");
    }
    List<RunState> page = found.subList(0, query.pageSize());
    return new Page<>(page, token(connection, page.getLast()));
  }

  private static String token(Connection connection, RunState last) throws SQLException {
    return Sql.first(
            connection,
            "select ordinal from run where id = ?",
            row -> Long.toString(row.getLong(1)),
            last.id().value())
        .orElseThrow();
  }

  private static long ordinal(String token) {
    try {
      return Long.parseLong(token);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + token + "' is not a page token of ours", e);
    }
  }
}
