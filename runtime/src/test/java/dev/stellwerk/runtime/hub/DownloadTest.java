package dev.stellwerk.runtime.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.runtime.hub.ModelPull.Pulled;
import dev.stellwerk.runtime.hub.ModelPull.Wanted;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One file from an address, over servers that cut, forget, change and refuse.
final class DownloadTest {
  private static final String PATH = "/files/tiny.gguf";
  private static final int READ_MILLIS_MAX = 700;

  @TempDir Path directory;

  private final FileServer server = new FileServer("127.0.0.1");
  private final byte[] bytes = random(1, 900_000);
  private final List<Duration> pauses = new ArrayList<>();

  DownloadTest() {
    server.file(PATH, bytes, "\"v1\"");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static String sha256(byte[] bytes) {
    Checksum sum = new Checksum();
    sum.add(bytes, bytes.length);
    return sum.hex();
  }

  private ModelPull pull(long usableBytes) {
    HubSettings settings =
        new HubSettings(
            server.url(""), Optional.of("s3cret"), "HF_TOKEN", 2_000, READ_MILLIS_MAX, 4);
    return new ModelPull(settings, PullProgress.NONE, pauses::add, _ -> usableBytes);
  }

  private Pulled run(String... sha256) throws InterruptedException {
    Wanted wanted = new Wanted(server.url(PATH).toString(), "main", List.of(sha256), directory);
    return pull(Long.MAX_VALUE).run(wanted).getFirst();
  }

  private String refused(String... sha256) {
    String message =
        String.valueOf(assertThrows(HubException.class, () -> run(sha256)).getMessage());
    assertFalse(message.contains("s3cret"), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private void assertWhole() throws IOException {
    assertArrayEquals(bytes, Files.readAllBytes(directory.resolve("tiny.gguf")));
    try (var files = Files.list(directory)) {
      assertEquals(1, files.count(), "nothing but the file is left");
    }
  }

  /// The requests after the one that only asks for the length.
  private List<FileServer.Seen> transfers() {
    return server.seen(PATH).stream()
        .filter(request -> !request.header("Range").equals("bytes=0-0"))
        .toList();
  }

  /// The first request of every pull asks for the length; it is answered as it should be.
  private void next(FileServer.Behaviour... behaviours) {
    server.next(PATH, FileServer.blind());
    server.next(PATH, behaviours);
  }

  @Test
  void pulls() throws Exception {
    Pulled pulled = run();
    assertWhole();
    assertEquals(
        new Pulled(directory.resolve("tiny.gguf"), 900_000, sha256(bytes), 900_000, false), pulled);
    assertEquals(List.of(), pauses);
  }

  @Test
  void goesOnWhereAConnectionWasCut() throws Exception {
    next(FileServer.cut(300_000), FileServer.cut(200_000));
    Pulled pulled = run(sha256(bytes));
    assertWhole();
    assertEquals(900_000, pulled.transferred());
    assertTrue(pulled.verified());
    assertEquals(
        List.of("", "bytes=300000-", "bytes=500000-"),
        transfers().stream().map(request -> request.header("Range")).toList());
    assertEquals("\"v1\"", transfers().getLast().header("If-range"));
  }

  @Test
  void startsOverWhereRangesAreIgnored() throws Exception {
    next(FileServer.cut(300_000), FileServer.whole());
    Pulled pulled = run();
    assertWhole();
    assertEquals(1_200_000, pulled.transferred());
  }

  @Test
  void startsOverWhenTheFileChanged() throws Exception {
    byte[] newer = random(2, 900_000);
    next(
        FileServer.cut(300_000),
        (exchange, same) -> {
          same.file(PATH, newer, "\"v2\"");
          FileServer.blind().answer(exchange, same);
        });
    run();
    assertArrayEquals(newer, Files.readAllBytes(directory.resolve("tiny.gguf")));
  }

  @Test
  void startsOverWithoutAValidatorAndAChecksum() throws Exception {
    server.file(PATH, bytes, "");
    next(FileServer.cut(300_000));
    run();
    assertWhole();
    assertEquals("", transfers().getLast().header("Range"));
  }

  @Test
  void aWeakValidatorIsNone() throws Exception {
    server.file(PATH, bytes, "W/\"v1\"");
    next(FileServer.cut(300_000));
    run(sha256(bytes));
    assertWhole();
    assertEquals("bytes=300000-", transfers().getLast().header("Range"));
    assertEquals("", transfers().getLast().header("If-range"));
  }

  @Test
  void startsOverAfter416() throws Exception {
    next(FileServer.cut(300_000), FileServer.status(416, "Content-Range", "bytes */10"));
    run();
    assertWhole();
  }

  @Test
  void throwsAwayWhatHasTheWrongChecksum() throws IOException {
    String message = refused("0".repeat(64));
    assertTrue(message.contains("SHA-256 " + sha256(bytes)), message);
    assertTrue(message.contains("expected 0000"), message);
    try (var files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void saysWhatMayBeDoneAboutARefusal() {
    server.next(PATH, FileServer.status(401));
    String message = refused();
    assertTrue(message.contains("the token in HF_TOKEN does not suffice"), message);
    server.next(PATH, FileServer.status(404));
    assertTrue(refused().contains("is not there (404)"));
    server.next(PATH, FileServer.status(418));
    assertTrue(refused().contains("answers 418"));
    assertEquals(List.of(), pauses, "none of these is tried again");
  }

  @Test
  void waitsAsLongAsABusyServerAsks() throws Exception {
    server.next(
        PATH,
        FileServer.status(429, "Retry-After", "7"),
        FileServer.status(503),
        FileServer.status(429, "Retry-After", "99999999"));
    run();
    assertWhole();
    assertEquals(
        List.of(Duration.ofSeconds(7), Duration.ofSeconds(2), Duration.ofMinutes(2)), pauses);
  }

  @Test
  void givesUpAfterAttemptsThatBringNothingAndGoesOnTheNextTime() throws Exception {
    next(
        FileServer.cut(300_000),
        FileServer.status(500),
        FileServer.status(502),
        FileServer.status(500));
    String message = refused();
    assertTrue(message.contains("answers 500; gave up after 4 attempts"), message);
    assertEquals(300_000, Files.size(directory.resolve("tiny.gguf.part")));
    assertFalse(Files.readString(directory.resolve("tiny.gguf.part.json")).contains("s3cret"));

    Pulled pulled = run();
    assertWhole();
    assertEquals(600_000, pulled.transferred());
    assertEquals("bytes=300000-", transfers().getLast().header("Range"));
  }

  @Test
  void doesNotGoOnWithWhatIsOfAnotherFile() throws Exception {
    next(FileServer.cut(300_000), FileServer.status(404));
    refused();
    server.file(PATH, random(3, 900_000), "\"v3\"");
    run();
    assertArrayEquals(random(3, 900_000), Files.readAllBytes(directory.resolve("tiny.gguf")));

    Files.delete(directory.resolve("tiny.gguf"));
    Files.write(directory.resolve("tiny.gguf.part"), new byte[1000]); // no note beside it
    server.file(PATH, bytes, "\"v1\"");
    run();
    assertWhole();
  }

  @Test
  void aTransferThatStandsStillIsTakenUpAgain() throws Exception {
    next(FileServer.stall(100_000));
    long start = System.nanoTime();
    run();
    assertWhole();
    assertEquals("bytes=100000-", transfers().getLast().header("Range"));
    assertTrue(System.nanoTime() - start < 15_000_000_000L, "the stalled read was given up");
  }

  @Test
  void aFileOfAnotherLengthThanWasSaidIsRefused() {
    next(
        (exchange, same) -> {
          same.file(PATH, random(2, 1_000_000), "\"v2\"");
          FileServer.whole().answer(exchange, same);
        });
    assertTrue(refused().contains("changed in the meantime"));
  }

  @Test
  void aServerThatDoesNotSayTheLengthIsRefused() {
    server.next(
        PATH,
        (exchange, _) -> {
          exchange.sendResponseHeaders(200, 0); // chunked
          exchange.getResponseBody().write(bytes);
        });
    assertTrue(refused().contains("does not say how long it is"));
  }

  @Test
  void looksForRoomBeforeItBegins() {
    Wanted wanted = new Wanted(server.url(PATH).toString(), "main", List.of(), directory);
    String message =
        String.valueOf(
            assertThrows(HubException.class, () -> pull(800_000).run(wanted)).getMessage());
    assertTrue(message.contains("needs 900,000 more bytes"), message);
    assertTrue(message.contains("room for 800,000"), message);
    assertEquals(List.of(), transfers());
  }

  @Test
  void whatIsThereIsCheckedAndNotFetchedAgain() throws Exception {
    run();
    Pulled again = run(sha256(bytes));
    assertEquals(0, again.transferred());
    assertEquals(1, transfers().size());
    assertTrue(refused("1".repeat(64)).contains("another file of the same name"));
    Files.write(directory.resolve("tiny.gguf"), new byte[10]);
    assertTrue(refused().contains("another file of the same name"));
  }

  @Test
  void onePullAFile() throws IOException {
    try (FileChannel other =
            FileChannel.open(
                directory.resolve("tiny.gguf.part"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var _ = other.lock()) {
      assertTrue(refused().contains("another pull writes"));
    }
  }

  @Test
  void addressesThatMustNotBeAskedAreRefused() {
    assertRefused("http://example.org/x.gguf", "plain HTTP is only for servers on this machine");
    assertRefused("ftp://example.org/x.gguf", "not an address of an HTTPS server");
    assertRefused("https://me:pass@example.org/x.gguf", "a token belongs in the environment");
    assertRefused("https://example.org/x.zip", "not the name of a GGUF file");
    assertRefused("https://example.org/.gguf", "not the name of a GGUF file");
    assertRefused("https://exa mple.org/x.gguf?sig=s3cret", "is not an address");
    assertThrows(
        HubException.class,
        () -> Addresses.redirected(URI.create("https://hub.example/x"), "http://localhost/x.gguf"));
    assertThrows(
        HubException.class,
        () -> Addresses.redirected(URI.create("http://localhost/x"), "file:///etc/passwd"));
  }

  private void assertRefused(String url, String part) {
    HubException refused =
        assertThrows(
            HubException.class, () -> pull(1).run(new Wanted(url, "main", List.of(), directory)));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(part), message);
    assertFalse(message.contains("pass@") || message.contains("s3cret"), message);
  }

  @Test
  void redirectsWithoutEndAreLeft() {
    server.next(
        PATH,
        java.util.stream.Stream.generate(() -> FileServer.status(302, "Location", PATH))
            .limit(9)
            .toArray(FileServer.Behaviour[]::new));
    assertTrue(refused().contains("redirects more than 8 times"));
    server.next(PATH, FileServer.status(302));
    assertTrue(refused().contains("redirects to nowhere"));
  }
}
