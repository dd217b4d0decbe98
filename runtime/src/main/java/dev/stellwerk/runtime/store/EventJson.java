package dev.stellwerk.runtime.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.runtime.agent.RunEvent;

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
