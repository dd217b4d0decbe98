package dev.stellwerk.runtime.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// GET requests that follow redirections with care: the token stays with the hub, and nothing goes
/// from HTTPS to plain HTTP.
///
/// The JDK's older client, because it bounds how long a read may stand still.
final class HubHttp {
  private static final int REDIRECTS_MAX = 8;
  private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(2);
  private static final Pattern SHA256 = Pattern.compile("\"?([0-9a-fA-F]{64})\"?");

  /// What a server answered with; the body is read from it, and closing it ends the transfer.
  ///
  /// @param sha256 of the whole file, as the hub said on the way
  record Reply(int status, URI url, HttpURLConnection connection, Optional<String> sha256)
      implements AutoCloseable {
    Optional<String> header(String name) {
      return Optional.ofNullable(connection.getHeaderField(name));
    }

    OptionalLong length() {
      long length = connection.getContentLengthLong();
      return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    InputStream body() throws IOException {
      return connection.getInputStream();
    }

    @Override
    public void close() {
      connection.disconnect();
    }
  }

  private final HubSettings settings;

  HubHttp(HubSettings settings) {
    this.settings = settings;
  }

  /// Asks for a file, or for the part of it that the headers say.
  ///
  /// @return the answer with a status of 200, 206 or 416
  /// @throws TransientException when another attempt may succeed
  /// @throws HubException when none will
  Reply get(URI url, Map<String, String> headers) throws TransientException {
    URI at = url;
    Optional<String> sha256 = Optional.empty();
    for (int hops = 0; hops <= REDIRECTS_MAX; hops++) {
      HttpURLConnection connection = send(at, headers);
      int status = status(at, connection);
      if (Addresses.sameOrigin(at, settings.url())) {
        sha256 = sha256(connection.getHeaderField("X-Linked-ETag")).or(current(sha256));
      }
      switch (status) {
        case 301, 302, 303, 307, 308 -> {
          String location = connection.getHeaderField("Location");
          connection.disconnect();
          if (location == null) {
            throw new HubException(Addresses.shown(at) + " redirects to nowhere");
          }
          at = Addresses.redirected(at, location);
        }
        case 200, 206, 416 -> {
          return new Reply(status, at, connection, sha256);
        }
        default -> {
          Optional<Duration> after = retryAfter(connection);
          connection.disconnect();
          throw refused(at, status, after);
        }
      }
    }
    throw new HubException(
        Addresses.shown(url) + " redirects more than " + REDIRECTS_MAX + " times");
  }

  private HttpURLConnection send(URI url, Map<String, String> headers) throws TransientException {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(settings.connectMillisMax());
      connection.setReadTimeout(settings.readMillisMax());
      connection.setUseCaches(false);
      connection.setRequestProperty("User-Agent", "stellwerk");
      connection.setRequestProperty("Accept-Encoding", "identity");
      headers.forEach(connection::setRequestProperty);
      if (Addresses.sameOrigin(url, settings.url())) {
        settings
            .token()
            .ifPresent(token -> connection.setRequestProperty("Authorization", "Bearer " + token));
      }
      return connection;
    } catch (IOException e) {
      throw failed(url, e);
    }
  }

  private static int status(URI url, HttpURLConnection connection) throws TransientException {
    try {
      return connection.getResponseCode();
    } catch (UnknownHostException e) {
      throw new HubException("the server " + url.getHost() + " is not known here", e);
    } catch (IOException e) {
      connection.disconnect();
      throw failed(url, e);
    }
  }

  private static TransientException failed(URI url, IOException e) {
    return new TransientException(
        Addresses.shown(url) + ": " + e.getMessage(), false, Optional.empty(), e);
  }

  /// Throws, or returns what to throw.
  private TransientException refused(URI url, int status, Optional<Duration> after) {
    String where = Addresses.shown(url);
    return switch (status) {
      case 401, 403 ->
          throw new HubException(
              where
                  + " refuses access ("
                  + status
                  + "); "
                  + (settings.token().isPresent()
                      ? "the token in " + settings.tokenVariable() + " does not suffice"
                      : "put a token into " + settings.tokenVariable())
                  + ", and accept the model's terms where it has any");
      case 404, 410 -> throw new HubException(where + " is not there (" + status + ")");
      case 408, 425, 429, 500, 502, 503, 504 ->
          new TransientException(where + " answers " + status, false, after, null);
      default -> throw new HubException(where + " answers " + status);
    };
  }

  private static Optional<Duration> retryAfter(HttpURLConnection connection) {
    String seconds = connection.getHeaderField("Retry-After");
    if (seconds == null || !seconds.matches("\\d{1,9}")) {
      return Optional.empty();
    }
    Duration wanted = Duration.ofSeconds(Long.parseLong(seconds));
    return Optional.of(wanted.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wanted);
  }

  private static Optional<String> sha256(@org.jspecify.annotations.Nullable String etag) {
    if (etag == null) {
      return Optional.empty();
    }
    Matcher match = SHA256.matcher(etag);
    return match.matches()
        ? Optional.of(match.group(1).toLowerCase(java.util.Locale.ROOT))
        : Optional.empty();
  }

  private static java.util.function.Supplier<Optional<String>> current(Optional<String> value) {
    return () -> value;
  }
}
