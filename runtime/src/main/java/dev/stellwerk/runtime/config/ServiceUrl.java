package dev.stellwerk.runtime.config;

/// Under which URL this agent is reached; also its identity in delegation chains.
final class ServiceUrl {
  private ServiceUrl() {}

  static String of(StellwerkConfig config) {
    String host = config.http().host().equals("0.0.0.0") ? "localhost" : config.http().host();
    return "http://" + host + ":" + config.http().port() + "/a2a";
  }
}
