package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that a task produced.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Artifact(String artifactId, @Nullable String name, List<Part> parts) {
  @SuppressWarnings(
      "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
  public Artifact {
    artifactId = artifactId == null ? "" : artifactId;
    parts = parts == null ? List.of() : List.copyOf(parts);
  }
}
