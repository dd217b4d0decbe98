package dev.stellwerk.runtime.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.tools.agent.RunState;
import java.util.Locale;

/// Events as JSON, for the journal and for every edge that shows them.
public final class EventJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private EventJson() {}

  public static String write(RunEvent event) {
    try {
      return MAPPER.writeValueAsString(event);
    } catch (JsonProcessingException e) {
      throw new JournalException("an event cannot be written as JSON", e);
    }
  }

  public static RunEvent read(String json) {
    try {
      return MAPPER.readValue(json, RunEvent.class);
    } catch (JsonProcessingException e) {
      throw new JournalException("an event in the journal cannot be read", e);
    }
  }

  /// An event with its place: its own fields, and `sequence` and `at`.
  public static ObjectNode recorded(Recorded recorded) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("sequence", recorded.sequence());
    json.put("at", recorded.at().toString());
    json.setAll((ObjectNode) MAPPER.valueToTree(recorded.event()));
    return json;
  }

  /// Where a run stands.
  public static ObjectNode state(RunState state) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("id", state.id().value());
    json.put("status", state.status().name().toLowerCase(Locale.ROOT));
    json.put("request", state.request());
    json.put("contextId", state.contextId());
    json.put("text", state.text());
    json.put("createdAt", state.createdAt().toString());
    json.put("updatedAt", state.updatedAt().toString());
    json.put("lastSequence", state.lastSequence());
    if (!state.numericMode().isEmpty()) {
      json.put("numericMode", state.numericMode());
    }
    return json;
  }

  /// The name of an event's kind, as its JSON form has it.
  public static String type(RunEvent event) {
    return switch (event) {
      case RunEvent.Started _ -> "started";
      case RunEvent.TextDelta _ -> "textDelta";
      case RunEvent.ToolsRequested _ -> "toolsRequested";
      case RunEvent.ToolStarting _ -> "toolStarting";
      case RunEvent.ToolsFinished _ -> "toolsFinished";
      case RunEvent.Completed _ -> "completed";
      case RunEvent.Stopped _ -> "stopped";
    };
  }
}
