package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as the values of a template.
final class TemplateValues {
  private TemplateValues() {}

  static @Nullable Object of(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), of(entry.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>(node.size());
        node.forEach(item -> list.add(of(item)));
        yield list;
      }
      case NUMBER -> {
        if (node.isIntegralNumber()) {
          yield node.canConvertToLong() ? (Object) node.longValue() : node.bigIntegerValue();
        }
        yield node.doubleValue();
      }
      case BOOLEAN -> node.booleanValue();
      case STRING -> node.textValue();
      case NULL, MISSING, BINARY, POJO -> null;
    };
  }
}
