package dev.stellwerk.tools;

/// Who is asked before a call that needs a person's word.
@FunctionalInterface
public interface Approver {
  /// Nobody is there to ask: refuses.
  Approver NOBODY = request -> false;

  /// Blocks until there is an answer; time spent here does not count against the call's deadline.
  boolean approve(Request request) throws InterruptedException;

  /// What to decide on.
  ///
  /// @param call as the model asked for it, under the offered name
  record Request(
      String source, String rawName, Tool.Effects effects, Tool.Call call, CallContext context) {}
}
