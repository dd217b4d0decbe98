package dev.stellwerk.tools;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Makes names that every chat format and protocol here can carry ([Tool#NAME]).
public final class ToolNames {
  private static final int NAME_CHARS_MAX = 64;
  private static final int HASH_CHARS = 8;

  private ToolNames() {}

  /// The name under which a source's tool is offered: `<source>_<tool>`.
  public static String prefixed(String source, String rawName) {
    return representable(source + "_" + rawName);
  }

  /// The name with every other character replaced by `_`, and cut to 64 characters.
  ///
  /// A cut name ends in a hash of the whole name, so that it stays the same from run to run and two
  /// long names stay apart.
  public static String representable(String name) {
    if (name.isEmpty()) {
      return "_";
    }
    int head = name.length() <= NAME_CHARS_MAX ? name.length() : NAME_CHARS_MAX - HASH_CHARS - 1;
    StringBuilder safe = new StringBuilder(NAME_CHARS_MAX);
    for (int i = 0; i < head; i++) {
      char c = name.charAt(i);
      safe.append(allowed(c) ? c : '_');
    }
    if (head < name.length()) {
      safe.append('_').append(hash(name));
    }
    return safe.toString();
  }

  private static boolean allowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  private static String hash(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
