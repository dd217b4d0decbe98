package dev.stellwerk.runtime.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/// Which addresses may be asked, and how they are shown.
final class Addresses {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private Addresses() {}

  /// Reads an address that a person or a server wrote.
  ///
  /// @throws HubException when it is not one that may be asked
  static URI parse(String text) {
    try {
      URI url = new URI(text);
      check(url);
      return url;
    } catch (URISyntaxException e) {
      throw new HubException("'" + withoutQuery(text) + "' is not an address: " + e.getReason());
    }
  }

  /// Refuses what is neither HTTPS nor a server on this machine, and addresses with a password.
  static void check(URI url) {
    String scheme = lower(url.getScheme());
    String host = lower(url.getHost());
    if (host.isEmpty() || !(scheme.equals("https") || scheme.equals("http"))) {
      throw new HubException(shown(url) + " is not an address of an HTTPS server");
    }
    if (scheme.equals("http") && !LOOPBACK.contains(host)) {
      throw new HubException(
          shown(url) + ": plain HTTP is only for servers on this machine; use https");
    }
    if (url.getRawUserInfo() != null) {
      throw new HubException(
          shown(url) + ": an address with a password in it; a token belongs in the environment");
    }
  }

  /// Where a redirection leads.
  ///
  /// @throws HubException when it leads from HTTPS to plain HTTP, or where nothing may be asked
  static URI redirected(URI from, String location) {
    URI to;
    try {
      to = from.resolve(new URI(location));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new HubException(shown(from) + " redirects to something that is not an address", e);
    }
    check(to);
    if (lower(from.getScheme()).equals("https") && !lower(to.getScheme()).equals("https")) {
      throw new HubException(shown(from) + " redirects to plain HTTP: " + shown(to));
    }
    return to;
  }

  /// Whether both are the same server: scheme, host and port.
  static boolean sameOrigin(URI one, URI other) {
    return lower(one.getScheme()).equals(lower(other.getScheme()))
        && lower(one.getHost()).equals(lower(other.getHost()))
        && port(one) == port(other);
  }

  /// A path below an address, each character that is not allowed there encoded.
  static URI below(URI base, String path, String query) {
    try {
      String prefix = Objects.requireNonNullElse(base.getPath(), "").replaceAll("/+$", "");
      String query1 = query.isEmpty() ? null : query;
      URI url = new URI(base.getScheme(), base.getAuthority(), prefix + path, query1, null);
      return URI.create(url.toASCIIString());
    } catch (URISyntaxException e) {
      throw new HubException("no address can be made of " + path + ": " + e.getReason());
    }
  }

  /// An address as messages have it: queries may hold signatures.
  static String shown(URI url) {
    String host = url.getHost() == null ? "" : url.getHost();
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme() + "://" + host + port + Objects.requireNonNullElse(url.getPath(), "");
  }

  private static String withoutQuery(String text) {
    int query = text.indexOf('?');
    String shown = query < 0 ? text : text.substring(0, query);
    int at = shown.lastIndexOf('@');
    return at < 0 ? shown : "…" + shown.substring(at);
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : lower(url.getScheme()).equals("https") ? 443 : 80;
  }

  private static String lower(@org.jspecify.annotations.Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }
}
