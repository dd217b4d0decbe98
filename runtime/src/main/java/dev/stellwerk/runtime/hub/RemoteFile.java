package dev.stellwerk.runtime.hub;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Optional;

/// A file that can be pulled.
///
/// @param name under which it is stored: a plain file name
/// @param bytes its length
/// @param sha256 of its content in lower-case hexadecimal, if anybody has said so
record RemoteFile(URI url, String name, long bytes, Optional<String> sha256) {
  RemoteFile {
    requireNonNull(url, "url");
    requireNonNull(sha256, "sha256");
    checkName(name);
    if (bytes < 1) {
      throw new HubException(name + " has " + bytes + " bytes");
    }
  }

  /// A server's names must not lead out of the folder, hide, or be anything but model files.
  static void checkName(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._+@=-]{0,199}\\.gguf")) {
      throw new HubException(
          "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is not the name of a GGUF file");
    }
  }
}
