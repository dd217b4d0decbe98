package dev.stellwerk.mcp.client;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a server's process may see of our environment.
///
/// An allow-list: tokens and keys that happen to be in the environment are not for every program
/// that the configuration names. A server that needs one gets it by its own `env`.
final class ChildEnvironment {
  private static final Set<String> ALLOWED =
      Set.of(
          // POSIX
          "HOME",
          "LANG",
          "LANGUAGE",
          "LOGNAME",
          "PATH",
          "SHELL",
          "TERM",
          "TMPDIR",
          "TZ",
          "USER",
          // Windows
          "APPDATA",
          "COMSPEC",
          "HOMEDRIVE",
          "HOMEPATH",
          "LOCALAPPDATA",
          "PATHEXT",
          "PROGRAMDATA",
          "PROGRAMFILES",
          "SYSTEMDRIVE",
          "SYSTEMROOT",
          "TEMP",
          "TMP",
          "USERNAME",
          "USERPROFILE",
          "WINDIR");

  private ChildEnvironment() {}

  /// The allow-listed variables of `ours`, and over them the configured ones.
  static Map<String, String> of(Map<String, String> ours, Map<String, String> configured) {
    Map<String, String> environment = new LinkedHashMap<>();
    ours.forEach(
        (name, value) -> {
          if (allowed(name.toUpperCase(Locale.ROOT))) {
            environment.put(name, value);
          }
        });
    environment.putAll(configured);
    return environment;
  }

  private static boolean allowed(String name) {
    return ALLOWED.contains(name) || name.startsWith("LC_");
  }
}
