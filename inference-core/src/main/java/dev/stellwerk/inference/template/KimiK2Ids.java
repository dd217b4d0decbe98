package dev.stellwerk.inference.template;

import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The ids of Kimi K2's calls, `functions.NAME:INDEX`.
final class KimiK2Ids {
  /// More digits are no index that was counted.
  private static final int DIGITS_MAX = 9;

  private KimiK2Ids() {}

  /// The highest index in a history, or -1.
  static int highest(List<ChatMessage> history) {
    int highest = -1;
    for (ChatMessage message : history) {
      if (message instanceof Assistant turn) {
        for (FunctionCall call : turn.calls()) {
          highest = Math.max(highest, index(call.id()));
        }
      }
    }
    return highest;
  }

  private static int index(String id) {
    String digits = id.substring(id.lastIndexOf(':') + 1);
    boolean counted =
        digits.length() < id.length()
            && !digits.isEmpty()
            && digits.length() <= DIGITS_MAX
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return counted ? Integer.parseInt(digits) : -1;
  }

  /// The same messages with ids that count the calls of each message.
  static List<ChatMessage> ofMessages(List<ChatMessage> messages) {
    Map<String, String> written = new HashMap<>();
    List<ChatMessage> renamed = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      renamed.add(
          switch (message) {
            case Assistant turn -> {
              List<FunctionCall> calls = new ArrayList<>();
              for (FunctionCall call : turn.calls()) {
                String id = KimiK2Turn.PREFIX + call.name() + ":" + calls.size();
                written.put(call.id(), id);
                calls.add(new FunctionCall(id, call.name(), call.arguments()));
              }
              yield new Assistant(turn.text(), turn.reasoning(), calls);
            }
            case ToolResult result ->
                new ToolResult(
                    written.getOrDefault(result.callId(), result.callId()), result.text());
            case ChatMessage.Instructions instructions -> instructions;
            case ChatMessage.User user -> user;
          });
    }
    return renamed;
  }
}
