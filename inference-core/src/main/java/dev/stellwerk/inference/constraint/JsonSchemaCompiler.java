package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// Compiles JSON Schema (2020-12, and drafts 4 to 2019-09 where they agree) to a [Grammar] of the
/// JSON texts that satisfy it.
///
/// Enforced: `type`, `enum`, `const`, `properties`, `patternProperties`, `additionalProperties`,
/// `propertyNames`, `required`, `minProperties`, `maxProperties`, `dependentRequired`,
/// `dependentSchemas`, `dependencies`, `items`, `prefixItems`, `minItems`, `maxItems`, `minLength`,
/// `maxLength`, `pattern` (see [Regex]), the values of `format` that [Formats] lists, `minimum`,
/// `maximum` and their exclusive forms, `multipleOf`, `anyOf`, `allOf`, `oneOf`, `not`, `if`, local
/// `$ref`, recursion included. Formats that the specification does not define are annotations. Any
/// other keyword that restricts instances is refused, never ignored, and so is one of these where
/// its opposite is needed (for `not`, `if` or overlapping branches of `oneOf`) and cannot be said.
///
/// Every text of the grammar satisfies the schema. The reverse holds up to these conventions:
/// members stand in the order that [KeyOrder] says, none twice; no white space, or at most one
/// space after `:` and `,`; numbers keep to 18 digits, those of `multipleOf` to 15; enumerated
/// values, and the names of members, are written one way; undeclared members count as one towards
/// `minProperties`.
public final class JsonSchemaCompiler {
  static {
    // What all schemas share is made before any of them is held to a time.
    for (Dfa shared : List.of(JsonText.CANONICAL_STRING, Numerals.ANY_INTEGER)) {
      if (shared.isEmpty()) {
        throw new IllegalStateException("an automaton of all strings or numbers is empty");
      }
    }
  }

  private final Options options;

  /// How the texts are written.
  ///
  /// @param spaces whether one space may follow each `:` and `,`
  /// @param closedObjects whether an object that declares properties and says nothing about others
  ///   admits no others; the specification admits them, callers of tools seldom want them
  public record Options(boolean spaces, boolean closedObjects, KeyOrder keyOrder) {
    /// As the specification says, in compact form.
    public static final Options COMPACT = new Options(false, false, KeyOrder.ANY);

    /// For tool arguments: compact, nothing but what is declared, in the order of the declaration.
    public static final Options ARGUMENTS = new Options(false, true, KeyOrder.DECLARED);

    /// The same where the model may put a space after `:` and `,`, as most were trained to.
    public static final Options SPACED_ARGUMENTS = new Options(true, true, KeyOrder.DECLARED);
  }

  /// In which order an object's members may be written.
  public enum KeyOrder {
    /// Declared members as the schema lists them, undeclared ones last.
    DECLARED,
    /// Any, as the specification says.
    ANY
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
    Grammar grammar = Budget.within(Budget.MILLIS_MAX, graph::build);
    if (!grammar.satisfiable(ByteAutomaton.STACK_MAX)) {
      throw new UnsupportedSchemaException("type", "", "no instance satisfies the schema");
    }
    return grammar;
  }
}
