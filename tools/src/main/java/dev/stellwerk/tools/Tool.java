package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The vocabulary of tools: what one offers ([Spec]), one use of it ([Call]), and what came of it
/// ([Result]).
public final class Tool {
  private Tool() {}

  /// Names that every chat format and protocol here can carry.
  public static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// What a tool offers.
  ///
  /// @param name unique in a catalogue; matches [#NAME]
  /// @param description plain text for the model; untrusted when the tool comes from a server or
  ///   peer
  /// @param inputSchema JSON Schema of the arguments, an object schema
  /// @param outputSchema JSON Schema of the structured result, where the tool declares one
  public record Spec(
      String name,
      String description,
      JsonNode inputSchema,
      Optional<JsonNode> outputSchema,
      Effects effects) {
    public Spec {
      requireNonNull(description, "description");
      requireNonNull(inputSchema, "inputSchema");
      requireNonNull(outputSchema, "outputSchema");
      requireNonNull(effects, "effects");
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("tool name '" + name + "' does not match " + NAME);
      }
    }

    /// The same tool under another name, as a prefixing source offers it.
    public Spec withName(String newName) {
      return new Spec(newName, description, inputSchema, outputSchema, effects);
    }

    /// The same tool with another description, as a prompt shows it.
    public Spec withDescription(String newDescription) {
      return new Spec(name, newDescription, inputSchema, outputSchema, effects);
    }
  }

  /// What a call may change. A call may be retried if and only if it is read-only or idempotent.
  ///
  /// @param readOnly changes nothing
  /// @param idempotent a second identical call changes nothing more
  /// @param destructive may replace or remove what was there
  /// @param openWorld reaches beyond this machine's owner: its results are untrusted
  public record Effects(
      boolean readOnly, boolean idempotent, boolean destructive, boolean openWorld) {
    /// Reads only, and only what belongs to this machine's owner.
    public static final Effects READ_ONLY = new Effects(true, true, false, false);

    /// What is assumed of a tool that declares nothing: the worst.
    public static final Effects UNKNOWN = new Effects(false, false, true, true);

    /// Whether a call that failed without an answer may be sent again.
    public boolean retryable() {
      return readOnly || idempotent;
    }
  }

  /// One use of a tool, as the model asked for it.
  ///
  /// @param id the model's own id of the call, which its result must carry
  /// @param tool the name in the catalogue
  /// @param arguments an object that satisfies the tool's input schema
  public record Call(String id, String tool, JsonNode arguments) {
    public Call {
      requireNonNull(id, "id");
      requireNonNull(tool, "tool");
      requireNonNull(arguments, "arguments");
    }

    /// The same call under the name that the tool has further in.
    public Call withTool(String newTool) {
      return new Call(id, newTool, arguments);
    }
  }

  /// What came of a call. Failures are values because the model must read them.
  public sealed interface Result {
    String callId();

    /// The same result for another call id.
    default Result withCallId(String newId) {
      return switch (this) {
        case Success(String id, var content, var structured) ->
            id.equals(newId) ? this : new Success(newId, content, structured);
        case Failure(String id, var reason, var message, var retryable) ->
            id.equals(newId) ? this : new Failure(newId, reason, message, retryable);
      };
    }

    /// The tool did its work.
    record Success(String callId, List<Content> content, Optional<JsonNode> structured)
        implements Result {
      public Success {
        requireNonNull(callId, "callId");
        content = List.copyOf(content);
        requireNonNull(structured, "structured");
      }

      /// A result of plain text.
      public static Success text(String callId, String text) {
        return new Success(callId, List.of(new Content.Text(text)), Optional.empty());
      }
    }

    /// The tool did not do its work, or its answer could not be used.
    ///
    /// @param retryable whether the same call, sent again, may succeed without doing harm
    record Failure(String callId, Reason reason, String message, boolean retryable)
        implements Result {
      public Failure {
        requireNonNull(callId, "callId");
        requireNonNull(reason, "reason");
        requireNonNull(message, "message");
      }
    }
  }

  /// Why a call failed.
  public enum Reason {
    /// No tool of that name is in the catalogue.
    UNKNOWN_TOOL,
    /// The arguments do not satisfy the input schema.
    INVALID_ARGUMENTS,
    /// The policy, or a person, refused the call.
    DENIED,
    /// No answer before the deadline.
    TIMEOUT,
    /// The run was cancelled.
    CANCELLED,
    /// The server or peer behind the tool is gone.
    UNAVAILABLE,
    /// The answer broke its cap or its declared schema.
    INVALID_RESULT,
    /// The tool itself reported an error.
    TOOL_ERROR
  }

  /// One part of a result.
  public sealed interface Content {
    /// Text for the model.
    record Text(String text) implements Content {
      public Text {
        requireNonNull(text, "text");
      }
    }

    /// Something that stays where it is: a resource, a file, a large artifact.
    record Link(String uri, String name, Optional<String> mimeType) implements Content {
      public Link {
        requireNonNull(uri, "uri");
        requireNonNull(name, "name");
        requireNonNull(mimeType, "mimeType");
      }
    }

    /// Bytes that a model without eyes cannot read; shown by kind and size.
    record Binary(String mimeType, String base64) implements Content {
      public Binary {
        requireNonNull(mimeType, "mimeType");
        requireNonNull(base64, "base64");
      }
    }
  }
}
