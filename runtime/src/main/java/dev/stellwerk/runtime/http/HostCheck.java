package dev.stellwerk.runtime.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Refuses requests that a web page made a browser send.
///
/// The service trusts whoever reaches its port. A page from elsewhere reaches it too: by a plain
/// cross-site request (its `Origin` gives it away), or by rebinding its own name to 127.0.0.1 (the
/// `Host` gives it away).
@ApplicationScoped
public class HostCheck {
  private static final int BEFORE_EVERYTHING = 1_000;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  void register(@Observes Filters filters) {
    filters.register(HostCheck::check, BEFORE_EVERYTHING);
  }

  private static void check(RoutingContext context) {
    // HTTP/1.1 says it in `Host`, HTTP/2 in `:authority`.
    HostAndPort authority = context.request().authority();
    String origin = context.request().getHeader("Origin");
    if (authority != null && allowed(authority.host()) && (origin == null || ours(origin))) {
      context.next();
      return;
    }
    context
        .response()
        .setStatusCode(403)
        .putHeader("Content-Type", "application/json")
        .end(
            ErrorBody.of(
                "forbidden",
                "requests for this host or from this origin are refused;"
                    + " http.allowed-hosts names others"));
  }

  private static boolean ours(String origin) {
    try {
      return allowed(URI.create(origin).getHost());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean allowed(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT);
    return LOOPBACK.contains(name) || Served.current().allowedHosts().contains(name);
  }
}
