package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.CallListener;
import dev.stellwerk.tools.Tool;
import java.util.List;

/// The tools, as the loop uses them.
public interface Toolbox {
  /// The tools to show the model for a request.
  List<Tool.Spec> offer(String request);

  /// Carries out the calls of one turn beside each other. Results are in the order of the calls,
  /// and one that fails takes no other with it. A call that may not run has a failure as its
  /// result.
  ///
  /// @param listener hears of the calls that may run before any of them has an effect
  List<Tool.Result> call(List<Tool.Call> calls, CallContext context, CallListener listener)
      throws InterruptedException;
}
