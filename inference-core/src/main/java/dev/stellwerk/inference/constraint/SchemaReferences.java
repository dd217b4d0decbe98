package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/// Resolves `$ref` inside one schema document: `#`, `#/json/pointer` and the document's own `$id`.
final class SchemaReferences {
  private final JsonNode root;
  private final String id;

  SchemaReferences(JsonNode root) {
    this.root = root;
    JsonNode stated = root.path("$id").isTextual() ? root.path("$id") : root.path("id");
    this.id = stated.isTextual() ? stripHash(stated.textValue()) : "";
  }

  SchemaAt resolve(SchemaAt from, String reference) {
    int hash = reference.indexOf('#');
    String document = hash < 0 ? reference : reference.substring(0, hash);
    String fragment = hash < 0 ? "" : reference.substring(hash + 1);
    if (!document.isEmpty() && !document.equals(id)) {
      throw SchemaReader.refuse("$ref", from, "'" + reference + "' is outside the schema");
    }
    if (!fragment.isEmpty() && !fragment.startsWith("/")) {
      throw SchemaReader.refuse("$ref", from, "'" + reference + "' is not a JSON pointer");
    }
    String pointer = decode(fragment, from);
    JsonNode target = root.at(pointer);
    if (target.isMissingNode()) {
      throw SchemaReader.refuse("$ref", from, "'" + reference + "' does not exist");
    }
    return new SchemaAt(target, pointer);
  }

  /// A nested `$id` moves the base that references below it start from; that is not followed.
  void checkBase(SchemaAt at) {
    JsonNode own = at.schema().path("$id");
    if (own.isTextual()
        && !at.path().isEmpty()
        && !own.textValue().startsWith("#")
        && at.schema().findValue("$ref") != null) {
      throw SchemaReader.refuse("$id", at, "references below a nested id are not followed");
    }
  }

  private static String decode(String fragment, SchemaAt from) {
    try {
      return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw SchemaReader.refuse("$ref", from, "'#" + fragment + "' is not a URI fragment");
    }
  }

  private static String stripHash(String uri) {
    return uri.endsWith("#") ? uri.substring(0, uri.length() - 1) : uri;
  }
}
