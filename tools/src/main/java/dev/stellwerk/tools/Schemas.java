package dev.stellwerk.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.resource.SchemaLoader;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Validates JSON against JSON Schemas that come from strangers.
///
/// Schemas cannot reach the network or the class path, each is compiled in a registry of its own
/// (so that an `$id` names nothing outside of it), and regular expressions are cut off
/// ([BoundedRegex]). Compiled schemas are kept, the least recently used go first.
final class Schemas {
  private static final int COMPILED_MAX = 1_024;
  private static final int PROBLEMS_SHOWN_MAX = 3;

  private static final SchemaLoader CLOSED =
      SchemaLoader.builder()
          .allow(
              iri ->
                  iri.toString().startsWith("https://json-schema.org/draft/")
                      || iri.toString().startsWith("http://json-schema.org/draft-"))
          .fetchRemoteResources(false)
          .build();

  private final Map<JsonNode, Schema> compiled =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<JsonNode, Schema> eldest) {
              return size() > COMPILED_MAX;
            }
          });

  /// What is wrong with the value in short plain words, or empty.
  ///
  /// @throws UnusableSchemaException when the schema cannot be used at all
  Optional<String> problems(JsonNode schema, JsonNode value) throws UnusableSchemaException {
    try {
      Schema validator = compiled.get(schema);
      if (validator == null) {
        validator = compile(schema);
        compiled.put(schema, validator);
      }
      List<Error> errors = validator.validate(value);
      return errors.isEmpty() ? Optional.empty() : Optional.of(describe(errors));
    } catch (RuntimeException | StackOverflowError e) {
      // The library reports bad schemas by various runtime exceptions, and a schema that refers to
      // itself without end by a stack overflow, which unwinds cleanly here.
      throw new UnusableSchemaException(Failures.describe(e));
    }
  }

  private static Schema compile(JsonNode schema) {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .regularExpressionFactory(BoundedRegex::new)
            .formatAssertionsEnabled(false)
            .build();
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemaLoader(CLOSED).schemaCacheEnabled(false).schemaRegistryConfig(config))
        .getSchema(schema);
  }

  private static String describe(List<Error> errors) {
    String shown =
        errors.stream()
            .limit(PROBLEMS_SHOWN_MAX)
            .map(Schemas::describe)
            .collect(Collectors.joining("; "));
    int more = errors.size() - PROBLEMS_SHOWN_MAX;
    return Failures.shorten(more > 0 ? shown + "; and " + more + " more" : shown);
  }

  private static String describe(Error error) {
    String where = error.getInstanceLocation().toString();
    return where.isEmpty() || where.equals("$")
        ? error.getMessage()
        : where + ": " + error.getMessage();
  }

  /// The schema is broken or refers to what it may not.
  static final class UnusableSchemaException extends Exception {
    UnusableSchemaException(String message) {
      super(message);
    }
  }
}
