package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// The one JSON mapper of the protocol: bounded nesting and sizes, unknown fields ignored.
public final class A2aJson {
  private static final int NESTING_MAX = 64;
  private static final int STRING_CHARS_MAX = 8 << 20;

  public static final JsonMapper MAPPER = mapper();

  private A2aJson() {}

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(NESTING_MAX)
                .maxStringLength(STRING_CHARS_MAX)
                .build());
    return mapper;
  }
}
