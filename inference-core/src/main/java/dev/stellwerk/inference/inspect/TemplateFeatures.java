package dev.stellwerk.inference.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a chat template can render, as far as its text shows.
final class TemplateFeatures {
  private record Feature(String name, Pattern sign) {}

  private static final List<Feature> FEATURES =
      List.of(
          feature("system message", "['\"](system|developer)['\"]"),
          feature("tools", "\\btools\\b"),
          feature("tool calls", "\\btool_calls\\b"),
          feature("tool results", "['\"](tool|tool_response|ipython)['\"]"),
          feature(
              "reasoning",
              "reasoning_content|enable_thinking|<think>|\\bthinking\\b|reasoning_effort"));

  private TemplateFeatures() {}

  static List<String> of(String source) {
    List<String> found = new ArrayList<>();
    for (Feature feature : FEATURES) {
      if (feature.sign().matcher(source).find()) {
        found.add(feature.name());
      }
    }
    return found;
  }

  private static Feature feature(String name, String sign) {
    return new Feature(name, Pattern.compile(sign));
  }
}
