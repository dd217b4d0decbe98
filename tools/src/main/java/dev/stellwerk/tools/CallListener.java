package dev.stellwerk.tools;

import java.util.List;

/// Hears of calls before they can have any effect.
@FunctionalInterface
public interface CallListener {
  CallListener NONE = calls -> {};

  /// Called once a dispatch, on the dispatching thread, with every call that is valid and allowed,
  /// before any source is touched. A journal commits here; when it throws, no call is made.
  void starting(List<Starting> calls);

  /// Called before a person is asked about a call, which may take long.
  default void asking(Tool.Call call) {}

  /// A call that is about to be made.
  ///
  /// @param idempotencyKey that the source will see; the same when a run is repeated
  record Starting(
      Tool.Call call, String source, String rawName, Tool.Effects effects, String idempotencyKey) {}
}
