package dev.stellwerk.runtime.hub;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 over bytes as they come.
final class Checksum {
  private final MessageDigest digest;

  Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void add(byte[] bytes, int count) {
    digest.update(bytes, 0, count);
  }

  void reset() {
    digest.reset();
  }

  /// The sum so far; starts anew.
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
