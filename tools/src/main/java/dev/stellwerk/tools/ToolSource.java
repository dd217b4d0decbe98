package dev.stellwerk.tools;

import java.util.List;

/// Where tools come from: the built-in ones, an MCP server, an A2A peer.
///
/// Cross-cutting behaviour (prefix, filter, approval, limits) is a decorator of this interface.
public interface ToolSource extends AutoCloseable {
  /// The source's name as policies write it, for instance `builtin` or an MCP server's name.
  String name();

  /// The tools on offer now. Names are unique within the source.
  List<Tool.Spec> list();

  /// Carries out one call and blocks until it ends.
  ///
  /// A failure that the model can act on is a [Tool.Result.Failure]. The method returns soon after
  /// its thread is interrupted; a source that cannot promise that is cut off by the [Dispatcher] at
  /// the deadline.
  Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException;

  /// The tool's name at its origin, which policies and filters match.
  ///
  /// A source that renames what it offers (a prefix, characters that no chat format carries)
  /// overrides this; a decorator passes the question on.
  default String rawName(String offeredName) {
    return offeredName;
  }

  /// Releases connections and processes. Idempotent.
  @Override
  default void close() {}
}
