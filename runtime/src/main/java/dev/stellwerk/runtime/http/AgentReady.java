package dev.stellwerk.runtime.http;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready when there is a model and room for another run.
@Readiness
@ApplicationScoped
public class AgentReady implements HealthCheck {
  @Override
  public HealthCheckResponse call() {
    Served served = Served.current();
    return HealthCheckResponse.named("agent")
        .withData("model", served.model())
        .withData("runs", served.service().active())
        .status(served.service().hasRoom())
        .build();
  }
}
