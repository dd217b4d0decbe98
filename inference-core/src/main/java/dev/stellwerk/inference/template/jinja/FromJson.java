package dev.stellwerk.inference.template.jinja;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/// The filter `from_json`, which llama.cpp has and some of its templates need.
final class FromJson {
  /// Made when a template first asks: most never do, and a cold start need not pay for it.
  private static final class Mapper {
    static final ObjectMapper JSON =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();
  }

  private FromJson() {}

  static @Nullable Object read(Run run, String text) {
    run.createdItems(text.length()); // no value takes less than a character
    try {
      return Mapper.JSON.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw new JinjaException("from_json: the text is not JSON");
    }
  }
}
