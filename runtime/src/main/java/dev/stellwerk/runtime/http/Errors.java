package dev.stellwerk.runtime.http;

import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.UnknownRunException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What each kind of failure looks like over HTTP.
final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  @ServerExceptionMapper
  Response badRequest(BadRequestException e) {
    return answer(400, "invalid_request", String.valueOf(e.getMessage())).build();
  }

  @ServerExceptionMapper
  Response invalid(IllegalArgumentException e) {
    return answer(400, "invalid_request", String.valueOf(e.getMessage())).build();
  }

  @ServerExceptionMapper
  Response unknown(UnknownRunException e) {
    return answer(404, "not_found", String.valueOf(e.getMessage())).build();
  }

  @ServerExceptionMapper
  Response overloaded(OverloadedException e) {
    long seconds = Math.max(1, e.retryAfter().toSeconds());
    return answer(429, "overloaded", String.valueOf(e.getMessage()))
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .build();
  }

  @ServerExceptionMapper
  Response modelOverloaded(dev.stellwerk.inference.engine.OverloadedException e) {
    long seconds = Math.max(1, e.retryAfterMillis() / 1_000);
    return answer(429, "overloaded", String.valueOf(e.getMessage()))
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .build();
  }

  @ServerExceptionMapper
  Response journal(JournalException e) {
    LOG.error("a request failed", e);
    return answer(500, "internal", "the journal failed; the log has the details").build();
  }

  private static Response.ResponseBuilder answer(int status, String code, String message) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON)
        .entity(ErrorBody.of(code, message));
  }
}
