package dev.stellwerk.runtime.http;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// When the service ends, its runs are cancelled and write their last events first.
@ApplicationScoped
public class LastWords {
  void stop(@Observes ShutdownEvent event) {
    Served.find().ifPresent(served -> served.service().close());
  }
}
