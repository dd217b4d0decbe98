package dev.stellwerk.runtime.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.store.EventJson;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.UnknownRunException;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs over HTTP: started, looked at, followed, cancelled.
///
/// Everybody who reaches this port is the person at this machine; [HostCheck] keeps web pages out.
@Path("/v1/runs")
public class RunsResource {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  /// Starts a run and answers at once. `Idempotency-Key`: the same key again is the same run.
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  public Response start(String body, @HeaderParam("Idempotency-Key") @Nullable String key) {
    RunId run = submit(body, key);
    return Response.status(Response.Status.ACCEPTED)
        .location(URI.create("/v1/runs/" + run))
        .entity(EventJson.state(state(run)).toString())
        .build();
  }

  /// Starts a run and streams its events. Closing the stream leaves the run running.
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Blocking
  public Multi<OutboundSseEvent> startAndFollow(
      String body, @HeaderParam("Idempotency-Key") @Nullable String key, @Context Sse sse) {
    return events(submit(body, key), 0, sse);
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  public String list(
      @QueryParam("status") @Nullable String status,
      @QueryParam("contextId") @Nullable String contextId,
      @QueryParam("pageToken") @DefaultValue("") String pageToken,
      @QueryParam("pageSize") @DefaultValue("20") int pageSize) {
    Query query =
        new Query(
            Optional.ofNullable(status).map(RunsResource::status),
            Optional.ofNullable(contextId),
            pageToken,
            pageSize);
    Page<RunState> page = Served.current().service().list(Caller.LOCAL, query);
    ObjectNode json = JSON.createObjectNode();
    ArrayNode runs = json.putArray("runs");
    page.items().forEach(state -> runs.add(EventJson.state(state)));
    json.put("nextPageToken", page.nextToken());
    return json.toString();
  }

  @GET
  @Path("/{id}")
  @Produces(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  public String get(@PathParam("id") String id) {
    return EventJson.state(state(runId(id))).toString();
  }

  /// The run's events, from the start or from where a reader was (`Last-Event-ID`).
  @GET
  @Path("/{id}/events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Blocking
  public Multi<OutboundSseEvent> follow(
      @PathParam("id") String id,
      @HeaderParam("Last-Event-ID") @DefaultValue("0") String lastEventId,
      @Context Sse sse) {
    return events(runId(id), sequence(lastEventId), sse);
  }

  /// Asks the run to stop. Its last event says that it did; cancelling twice changes nothing.
  @POST
  @Path("/{id}/cancel")
  @Produces(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  public Response cancel(@PathParam("id") String id) {
    RunId run = runId(id);
    Served.current().service().cancel(Caller.LOCAL, run);
    return Response.status(Response.Status.ACCEPTED)
        .entity(EventJson.state(state(run)).toString())
        .build();
  }

  private static RunId submit(String body, @Nullable String key) {
    Served served = Served.current();
    AgentTask task = RunRequest.parse(body, served.requestCharsMax());
    if (key != null && !KEY.matcher(key).matches()) {
      throw new BadRequestException("Idempotency-Key must be 1 to 128 visible ASCII characters");
    }
    String used = key == null ? UUID.randomUUID().toString() : "http:" + key;
    return served.service().submit(served.defaults().run(Caller.LOCAL, used, task));
  }

  private static Multi<OutboundSseEvent> events(RunId run, long after, Sse sse) {
    return Served.current()
        .service()
        .follow(Caller.LOCAL, run, after)
        .map(recorded -> event(recorded, sse));
  }

  private static OutboundSseEvent event(Recorded recorded, Sse sse) {
    return sse.newEventBuilder()
        .id(Long.toString(recorded.sequence()))
        .name(EventJson.type(recorded.event()))
        .data(String.class, EventJson.recorded(recorded).toString())
        .build();
  }

  private static RunState state(RunId run) {
    return Served.current()
        .service()
        .find(Caller.LOCAL, run)
        .orElseThrow(() -> new UnknownRunException(run));
  }

  private static RunId runId(String id) {
    try {
      return new RunId(id);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(String.valueOf(e.getMessage()));
    }
  }

  private static RunState.Status status(String status) {
    try {
      return RunState.Status.valueOf(status.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("'" + status + "' is not a status of a run");
    }
  }

  private static long sequence(String lastEventId) {
    try {
      return Math.max(0, Long.parseLong(lastEventId));
    } catch (NumberFormatException e) {
      throw new BadRequestException("Last-Event-ID '" + lastEventId + "' is not a number");
    }
  }
}
