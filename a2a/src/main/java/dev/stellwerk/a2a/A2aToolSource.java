package dev.stellwerk.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.a2a.protocol.Message;
import dev.stellwerk.a2a.protocol.Part;
import dev.stellwerk.a2a.protocol.Task;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer agent as a source of tools: one tool a skill of its card, each with one free-text
/// `message`.
///
/// A delegation that would return to an agent on its path, or go deeper than
/// [DelegationChain#DEPTH_MAX], is refused before anything is sent. Interrupting a call cancels the
/// peer's task.
public final class A2aToolSource implements ToolSource {
  private static final Logger LOG = LoggerFactory.getLogger(A2aToolSource.class);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CARD_AGE_MAX = Duration.ofMinutes(5);
  private static final long POLL_FIRST_MILLIS = 10;
  private static final long POLL_MILLIS_MAX = 500;
  private static final int SKILLS_MAX = 64;
  private static final int DESCRIPTION_CHARS_MAX = 500;

  private final String name;
  private final String self;
  private final URI address;
  private final Clock clock;
  private final PeerClient peer;
  private volatile Card card;

  private record Card(URI endpoint, List<Tool.Spec> tools, Instant readAt) {}

  private A2aToolSource(
      String name, String self, URI address, Clock clock, PeerClient peer, Card card) {
    this.name = name;
    this.self = self;
    this.address = address;
    this.clock = clock;
    this.peer = peer;
    this.card = card;
  }

  /// Reads the peer's card.
  ///
  /// @param peerName as configured; the source is named `a2a_<peerName>`
  /// @param self our own identity in delegation chains: the URL under which we serve, or a name
  ///   when we do not
  /// @throws IOException when the peer cannot be reached, or its card names no interface that we
  ///   speak
  public static A2aToolSource open(String peerName, URI address, String self, Clock clock)
      throws IOException, InterruptedException {
    PeerClient peer = new PeerClient(address);
    try {
      Card card = read(peer, address, clock);
      return new A2aToolSource("a2a_" + peerName, self, address, clock, peer, card);
    } catch (IOException | InterruptedException e) {
      peer.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  /// The peer's skills. The card is read again after five minutes; while the peer is away, the last
  /// card stands.
  @Override
  public List<Tool.Spec> list() {
    if (card.readAt().plus(CARD_AGE_MAX).isBefore(clock.instant())) {
      try {
        card = read(peer, address, clock);
      } catch (IOException e) {
        LOG.warn("the card of {} could not be read again: {}", name, e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return card.tools();
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    URI endpoint = card.endpoint();
    Optional<String> refusal = refusal(endpoint, context.ancestors());
    if (refusal.isPresent()) {
      return new Tool.Result.Failure(call.id(), Tool.Reason.DENIED, refusal.get(), false);
    }
    try {
      Task task = delegate(endpoint, call, context);
      return result(call, task);
    } catch (PeerErrorException e) {
      return new Tool.Result.Failure(call.id(), Tool.Reason.TOOL_ERROR, message(e), false);
    } catch (IOException e) {
      return new Tool.Result.Failure(call.id(), Tool.Reason.UNAVAILABLE, message(e), true);
    }
  }

  private Optional<String> refusal(URI endpoint, List<String> ancestors) {
    if (ancestors.contains(endpoint.toString()) || self.equals(endpoint.toString())) {
      return Optional.of("this agent is already on the delegation path; answer with what is known");
    }
    if (ancestors.size() >= DelegationChain.DEPTH_MAX) {
      return Optional.of("the task was passed on " + DelegationChain.DEPTH_MAX + " times already");
    }
    return Optional.empty();
  }

  private Task delegate(URI endpoint, Tool.Call call, CallContext context)
      throws IOException, InterruptedException {
    List<String> chain = new ArrayList<>(context.ancestors());
    chain.add(self);
    Message message =
        new Message(
            // One key may cover all calls of a turn; the call id tells them apart.
            context.idempotencyKey() + "/" + call.id(),
            null,
            null,
            Message.ROLE_USER,
            List.of(Part.text(call.arguments().path("message").asText(""))),
            DelegationChain.write(chain));
    Task task = send(endpoint, message);
    try {
      return await(endpoint, task, context);
    } catch (InterruptedException e) {
      cancel(endpoint, task.id());
      throw e;
    }
  }

  /// Sends on a thread of its own, so that an interruption cannot cut the exchange that tells the
  /// task's id: a task that nobody knows could not be cancelled.
  private Task send(URI endpoint, Message message) throws IOException, InterruptedException {
    CompletableFuture<Task> sent = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("a2a-send")
        .start(
            () -> {
              try {
                sent.complete(peer.send(endpoint, message, REQUEST_TIMEOUT));
              } catch (IOException | RuntimeException e) {
                sent.completeExceptionally(e);
              } catch (InterruptedException e) {
                sent.completeExceptionally(new IOException("the exchange was interrupted", e));
              }
            });
    try {
      return sent.get(2 * REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      var _ = sent.thenAccept(task -> cancel(endpoint, task.id()));
      throw e;
    } catch (TimeoutException e) {
      throw new IOException("the peer does not finish its answer", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /// Asks for the task until it ends, needs something, or the deadline passes; then the task is
  /// cancelled.
  private Task await(URI endpoint, Task started, CallContext context)
      throws IOException, InterruptedException {
    Task task = started;
    long pause = POLL_FIRST_MILLIS;
    while (waiting(task)) {
      if (clock.instant().plusMillis(pause).isAfter(context.deadline())) {
        cancel(endpoint, task.id());
        return task;
      }
      Thread.sleep(pause);
      pause = Math.min(POLL_MILLIS_MAX, pause * 2);
      task = peer.get(endpoint, task.id(), REQUEST_TIMEOUT);
    }
    return task;
  }

  private static boolean waiting(Task task) {
    return switch (task.status().state()) {
      case TASK_STATE_SUBMITTED, TASK_STATE_WORKING -> true;
      case TASK_STATE_UNSPECIFIED,
          TASK_STATE_COMPLETED,
          TASK_STATE_FAILED,
          TASK_STATE_CANCELED,
          TASK_STATE_REJECTED,
          TASK_STATE_INPUT_REQUIRED,
          TASK_STATE_AUTH_REQUIRED ->
          false;
    };
  }

  /// Best effort: the caller is leaving, and its interruption must not stop the message that says
  /// so.
  private void cancel(URI endpoint, String taskId) {
    Thread.ofVirtual()
        .name("a2a-cancel")
        .start(
            () -> {
              try {
                peer.cancel(endpoint, taskId, REQUEST_TIMEOUT);
              } catch (IOException e) {
                LOG.info("task {} of {} could not be cancelled: {}", taskId, name, e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Tool.Result result(Tool.Call call, Task task) {
    Message said = task.status().message();
    String words = said == null ? "" : said.text();
    return switch (task.status().state()) {
      case TASK_STATE_COMPLETED ->
          Tool.Result.Success.text(
              call.id(), task.artifacts().isEmpty() ? words : task.artifactText());
      case TASK_STATE_SUBMITTED, TASK_STATE_WORKING ->
          new Tool.Result.Failure(
              call.id(),
              Tool.Reason.TIMEOUT,
              "the peer did not finish in time; its task was cancelled",
              true);
      case TASK_STATE_CANCELED ->
          new Tool.Result.Failure(
              call.id(), Tool.Reason.CANCELLED, "the peer's task was cancelled", true);
      case TASK_STATE_INPUT_REQUIRED, TASK_STATE_AUTH_REQUIRED ->
          new Tool.Result.Failure(
              call.id(), Tool.Reason.TOOL_ERROR, "the peer asks: " + words, false);
      case TASK_STATE_FAILED, TASK_STATE_REJECTED, TASK_STATE_UNSPECIFIED ->
          new Tool.Result.Failure(
              call.id(),
              Tool.Reason.TOOL_ERROR,
              words.isEmpty() ? "the peer's task failed" : words,
              false);
    };
  }

  private static Card read(PeerClient peer, URI address, Clock clock)
      throws IOException, InterruptedException {
    AgentCard card = peer.card(REQUEST_TIMEOUT);
    String endpoint =
        card.supportedInterfaces().stream()
            .filter(i -> AgentCard.Interface.JSON_RPC.equals(i.protocolBinding()))
            .filter(i -> i.protocolVersion() != null && i.protocolVersion().startsWith("1."))
            .map(AgentCard.Interface::url)
            .findFirst()
            .orElseThrow(
                () -> new IOException("the peer's card names no JSON-RPC interface of A2A 1.x"));
    List<Tool.Spec> tools =
        card.skills().stream().limit(SKILLS_MAX).map(A2aToolSource::spec).toList();
    return new Card(sameHost(endpoint, address), tools, clock.instant());
  }

  /// A card must not send us elsewhere: its endpoint stays on the host that was configured.
  private static URI sameHost(String endpoint, URI address) throws IOException {
    URI uri;
    try {
      uri = new URI(endpoint);
    } catch (URISyntaxException e) {
      throw new IOException("the peer's card names an unusable URL", e);
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null || !uri.getHost().equals(address.getHost())) {
      throw new IOException(
          "the peer's card points to " + endpoint + ", not to " + address.getHost());
    }
    return uri;
  }

  /// A skill's texts are the peer's word: shortened, and without control characters.
  private static Tool.Spec spec(AgentCard.Skill skill) {
    String id = skill.id().replaceAll("[^A-Za-z0-9_-]", "_");
    String description = skill.description().replaceAll("\\p{Cntrl}+", " ").strip();
    return new Tool.Spec(
        id.substring(0, Math.min(id.length(), 40)),
        description.substring(0, Math.min(description.length(), DESCRIPTION_CHARS_MAX)),
        messageSchema(),
        Optional.empty(),
        new Tool.Effects(false, true, false, true));
  }

  private static JsonNode messageSchema() {
    ObjectNode schema = A2aJson.MAPPER.createObjectNode().put("type", "object");
    schema
        .putObject("properties")
        .putObject("message")
        .put("type", "string")
        .put("description", "What the peer is to do, in plain words.");
    schema.putArray("required").add("message");
    return schema.put("additionalProperties", false);
  }

  private static String message(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    peer.close();
  }
}
