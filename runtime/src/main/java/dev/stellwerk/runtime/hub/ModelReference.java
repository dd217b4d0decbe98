package dev.stellwerk.runtime.hub;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a person asks to pull.
sealed interface ModelReference {
  /// One file by its address, or any file of a split model.
  record File(URI url) implements ModelReference {}

  /// A model of a repository of the hub.
  ///
  /// @param choice a file's path, or a part of its name such as the quantisation; empty when not
  ///   said
  record Repository(String id, String choice) implements ModelReference {}

  Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
  Pattern REPOSITORY =
      Pattern.compile("(" + NAME.pattern() + "/" + NAME.pattern() + ")(?::(.{1,300}))?");
  Pattern HUB_PAGE = Pattern.compile("/(" + NAME.pattern() + "/" + NAME.pattern() + ")/?");
  Pattern HUB_FILE = Pattern.compile("/[^/]+/[^/]+/blob/.*");

  /// Reads `owner/repository[:file|quant]` or an address.
  static ModelReference parse(String text, URI hub) {
    if (!text.contains("://")) {
      Matcher match = REPOSITORY.matcher(text);
      if (!match.matches()) {
        throw new HubException(
            "'"
                + text
                + "' is neither an https address nor owner/repository, owner/repository:FILE or"
                + " owner/repository:QUANT");
      }
      return new Repository(match.group(1), match.group(2) == null ? "" : match.group(2));
    }
    URI url = Addresses.parse(text);
    String prefix = hub.getPath() == null ? "" : hub.getPath().replaceAll("/+$", "");
    String path = url.getPath() == null ? "" : url.getPath();
    if (Addresses.sameOrigin(url, hub) && path.startsWith(prefix)) {
      String below = path.substring(prefix.length());
      Matcher page = HUB_PAGE.matcher(below);
      if (page.matches() && !below.endsWith(".gguf")) {
        return new Repository(page.group(1), "");
      }
      if (HUB_FILE.matcher(below).matches()) {
        // The page about a file, not the file.
        return new File(URI.create(text.replaceFirst("/blob/", "/resolve/")));
      }
    }
    return new File(url);
  }
}
