package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.store.EventJson;
import dev.stellwerk.tools.agent.RunState;

/// Shows a run to a program: one event a line, the run's final state last.
final class JsonPrinter {
  private final Terminal terminal;

  JsonPrinter(Terminal terminal) {
    this.terminal = terminal;
  }

  void event(Recorded recorded) {
    line(EventJson.recorded(recorded));
  }

  void state(RunState state) {
    ObjectNode line = EventJson.state(state);
    line.put("type", "state");
    line(line);
  }

  private void line(JsonNode json) {
    terminal.out().println(json);
  }
}
