package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import java.util.List;
import java.util.Optional;

/// The tools, as the loop uses them.
public interface Toolbox {
  /// The tools to offer for a request, most fitting first.
  List<Tool.Spec> offer(String request);

  /// Why a call may not run, which the model is told; empty when it may. May ask a person, and so
  /// block.
  Optional<Tool.Result.Failure> refuse(Tool.Call call, CallContext context)
      throws InterruptedException;

  /// Carries out the calls of one turn beside each other. Results are in the order of the calls,
  /// and one that fails takes no other with it.
  List<Tool.Result> call(List<Tool.Call> calls, CallContext context) throws InterruptedException;
}
