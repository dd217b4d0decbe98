package dev.stellwerk.inference.template;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The tool-call formats that are known, and what they look like in a rendered conversation.
public enum ToolFormat {
  /// `<|tool_calls_section_begin|>`, one section a turn; see [KimiK2Format].
  KIMI_K2,
  /// Channels; see [HarmonyFormat].
  HARMONY,
  /// `<function=NAME>` between tags; see [CoderFormat].
  QWEN3_CODER,
  /// JSON between tags; see [HermesFormat].
  HERMES;

  /// The name of the function in the conversation that a template is tried with; found in no text
  /// of a template.
  static final String PROBE = "zq7probe";

  private static final Pattern JSON_CALL =
      Pattern.compile(
          "<tool_call>\\s*\\{\"name\": ?\""
              + PROBE
              + "\", ?\"arguments\": ?\\{\"a\": ?1}}\\s*</tool_call>");

  /// As users write it: `kimi-k2`, `harmony`, `qwen3-coder`, `hermes`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// All labels, for messages.
  public static String labels() {
    return Arrays.stream(values()).map(ToolFormat::label).collect(Collectors.joining(", "));
  }

  /// The format of a label.
  ///
  /// @throws IllegalArgumentException when there is none
  public static ToolFormat byLabel(String label) {
    return Arrays.stream(values())
        .filter(format -> format.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no tool-call format '" + label + "'; known: " + labels()));
  }

  /// The format of a rendered conversation that holds a call of [#PROBE] with the arguments
  /// `{"a":1}`.
  static Optional<ToolFormat> of(String rendered) {
    if (rendered.contains("<|tool_call_begin|>functions." + PROBE + ":")) {
      return Optional.of(KIMI_K2);
    }
    if (rendered.contains("<|channel|>") && rendered.contains("to=functions." + PROBE)) {
      return Optional.of(HARMONY);
    }
    if (rendered.contains(
        "<tool_call>\n<function=" + PROBE + ">\n<parameter=a>\n1\n</parameter>")) {
      return Optional.of(QWEN3_CODER);
    }
    return JSON_CALL.matcher(rendered).find() ? Optional.of(HERMES) : Optional.empty();
  }
}
