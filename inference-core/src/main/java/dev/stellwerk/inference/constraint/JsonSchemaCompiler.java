package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;

/// Compiles JSON Schema (2020-12, and drafts 4 to 2019-09 where they agree) to a [Grammar] of the
/// JSON texts that satisfy it.
///
/// Enforced: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`,
/// `prefixItems`, `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern` (see [Regex]), the
/// values of `format` that [Formats] lists, `minimum`, `maximum` and their exclusive forms,
/// `anyOf`, `allOf`, `oneOf` where its branches provably exclude each other, local `$ref`,
/// recursion included. Formats that the specification does not define are annotations. Any other
/// keyword that restricts instances is refused, never ignored.
///
/// Every text of the grammar satisfies the schema. The reverse holds up to these conventions:
/// members stand in schema order, undeclared ones last; no white space, or at most one space after
/// `:` and `,`; numbers keep to 18 digits; enumerated values, and the names of members, are written
/// one way.
public final class JsonSchemaCompiler {
  private final Options options;

  /// How the texts are written.
  ///
  /// @param spaces whether one space may follow each `:` and `,`
  /// @param closedObjects whether an object that declares properties and says nothing about others
  ///   admits no others; the specification admits them, callers of tools seldom want them
  public record Options(boolean spaces, boolean closedObjects) {
    /// As the specification says, in compact form.
    public static final Options COMPACT = new Options(false, false);

    /// For tool arguments: compact, nothing but what is declared.
    public static final Options ARGUMENTS = new Options(false, true);
  }

  public JsonSchemaCompiler(Options options) {
    this.options = options;
  }

  /// The grammar of a schema.
  ///
  /// @throws UnsupportedSchemaException when the schema cannot be enforced, is malformed, admits
  ///   nothing, or is too large
  public Grammar compile(JsonNode schema) {
    SchemaGraph graph = new SchemaGraph(schema, options);
    Grammar grammar = graph.build();
    if (!grammar.satisfiable(ByteAutomaton.STACK_MAX)) {
      throw new UnsupportedSchemaException("type", "", "no instance satisfies the schema");
    }
    return grammar;
  }
}
