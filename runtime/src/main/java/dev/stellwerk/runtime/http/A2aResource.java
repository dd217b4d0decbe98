package dev.stellwerk.runtime.http;

import dev.stellwerk.tools.agent.Caller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/// Where A2A is mounted: the agent card and the JSON-RPC endpoint. Bytes go in and out; what they
/// mean is the a2a module's business.
@Path("/")
@RunOnVirtualThread
public class A2aResource {
  private static final int CARD_SECONDS = 300;

  @GET
  @Path(".well-known/agent-card.json")
  @Produces(MediaType.APPLICATION_JSON)
  public Response card() {
    byte[] card = Served.current().a2a().card();
    return Response.ok(card)
        .header("Cache-Control", "max-age=" + CARD_SECONDS)
        .header("ETag", "\"" + Integer.toHexString(java.util.Arrays.hashCode(card)) + "\"")
        .build();
  }

  @POST
  @Path("a2a")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public byte[] call(byte[] request, @HeaderParam("A2A-Version") @DefaultValue("") String version)
      throws InterruptedException {
    return Served.current().a2a().handle(request, version, Caller.LOCAL);
  }
}
