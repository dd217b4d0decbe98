package dev.stellwerk.a2a;

import java.io.IOException;

/// The peer answered with a JSON-RPC error.
final class PeerErrorException extends IOException {
  private final int code;

  PeerErrorException(int code, String message) {
    super("the peer refused (" + code + "): " + message);
    this.code = code;
  }

  int code() {
    return code;
  }
}
