package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileToolsTest {
  private static final FileLimits SMALL = new FileLimits(100, 5, 40, 300, 5_000, 4, 3, 60);

  @TempDir private Path top;
  private Path root;
  private Path outside;
  private BuiltinFixture tools;

  @BeforeEach
  void setUp() throws IOException {
    root = Files.createDirectory(top.resolve("root"));
    outside = Files.createDirectory(top.resolve("root-sibling"));
    Files.writeString(outside.resolve("secret.txt"), "secret");
    tools = new BuiltinFixture(root, top.resolve("data"));
  }

  private BuiltinFixture small() throws IOException {
    return new BuiltinFixture(
        new BuiltinConfig(
            root, top.resolve("data"), BuiltinFixture.CLOCK, SMALL, NoteLimits.DEFAULT));
  }

  @Test
  void listsNamesInOrderWithFoldersMarked() throws Exception {
    assertEquals("(empty)", tools.call("list_files"));
    Files.createDirectories(root.resolve("b/inner"));
    Files.writeString(root.resolve("a.txt"), "x");
    Files.writeString(root.resolve("new\nline"), "x");
    assertEquals("a.txt\nb/\nnew?line", tools.call("list_files"));
    assertEquals("inner/", tools.call("list_files", "path", "b"));
    assertEquals("(empty)", tools.call("list_files", "path", "b/inner/"));
    assertEquals("a.txt\nb/\nnew?line", tools.call("list_files", "path", ""));
    assertEquals("a.txt\nb/\nnew?line", tools.call("list_files", "path", root.toString()));
    assertEquals(
        "Error: 'a.txt' is a file, not a folder", tools.call("list_files", "path", "a.txt"));
    assertEquals("Error: there is no folder 'c'", tools.call("list_files", "path", "./c"));
  }

  @Test
  void aLongListingIsCutWithANote() throws Exception {
    for (int i = 0; i < 8; i++) {
      Files.createFile(root.resolve("f" + i));
    }
    List<String> lines = small().call("list_files").lines().toList();
    assertEquals(6, lines.size());
    assertEquals("[Only 5 entries are shown; there are more.]", lines.getLast());
  }

  @Test
  void readsText() throws Exception {
    Files.writeString(root.resolve("a.txt"), "Grüße\n😀");
    assertEquals("Grüße\n😀", tools.call("read_file", "path", "a.txt"));
    assertEquals("Grüße\n😀", tools.call("read_file", "path", root.resolve("a.txt").toString()));
    Files.createFile(root.resolve("empty"));
    assertEquals("", tools.call("read_file", "path", "empty"));
  }

  @Test
  void whatIsNotAReadableTextFileFailsClearly() throws Exception {
    Files.write(root.resolve("latin1"), new byte[] {'a', (byte) 0xe9, 'b'});
    Files.write(root.resolve("binary"), new byte[] {1, 0, 2});
    Files.createDirectory(root.resolve("d"));
    Files.writeString(root.resolve("big"), "x".repeat(101));
    Files.writeString(root.resolve("fits"), "x".repeat(100));
    BuiltinFixture small = small();
    assertEquals("Error: there is no file 'nope'", tools.call("read_file", "path", "nope"));
    assertEquals(
        "Error: 'latin1' is not a UTF-8 text file", tools.call("read_file", "path", "latin1"));
    assertEquals(
        "Error: 'binary' is not a UTF-8 text file", tools.call("read_file", "path", "binary"));
    assertEquals("Error: 'd' is a folder, not a file", tools.call("read_file", "path", "d"));
    assertEquals("Error: '.' is a folder, not a file", tools.call("read_file", "path", "."));
    assertEquals(
        "Error: 'big' is larger than the 100 bytes that may be read",
        small.call("read_file", "path", "big"));
    assertEquals("x".repeat(100), small.call("read_file", "path", "fits"));
    assertTrue(tools.call("read_file", "path", "big/x").startsWith("Error: "));
    assertTrue(tools.call("read_file", "path", "a\0b").startsWith("Error: "));
    assertTrue(tools.call("read_file", "path", "x/".repeat(3_000)).startsWith("Error: "));
    assertTrue(tools.call("read_file", "path", "y".repeat(300)).startsWith("Error: "));
  }

  @Test
  void aFifoIsRefusedAndNotWaitedFor() throws Exception {
    Process mkfifo = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
    assertTrue(mkfifo.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, mkfifo.exitValue());
    String refused = "Error: 'pipe' is not a regular file";
    assertEquals(refused, tools.call("read_file", "path", "pipe"));
    assertEquals(refused, tools.call("write_file", "path", "pipe", "content", "x"));
    assertEquals("No matches.", tools.call("search_files", "query", "x"));
  }

  @Test
  void writesAtomicallyAndMakesFolders() throws Exception {
    assertEquals(
        "Wrote 12 bytes to a/b.txt.",
        tools.call("write_file", "path", "a/b.txt", "content", "hello, wörl"));
    assertEquals("hello, wörl", Files.readString(root.resolve("a/b.txt")));
    assertEquals(
        "Wrote 1 byte to a/b.txt.",
        tools.call("write_file", "path", "./a/../a/b.txt", "content", "x"));
    assertEquals(
        "Wrote 0 bytes to a/c/d/e.", tools.call("write_file", "path", "a/c/d/e", "content", ""));
    assertEquals("b.txt\nc/", tools.call("list_files", "path", "a"));
    assertEquals("a/", tools.call("list_files"), "no temporary files are left");
  }

  @Test
  void aReplacedFileKeepsItsPermissions() throws Exception {
    Path script = Files.writeString(root.resolve("run.sh"), "old");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    tools.call("write_file", "path", "run.sh", "content", "new");
    assertEquals("new", Files.readString(script));
    assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(script)));
  }

  @Test
  void whatCannotBeWrittenFailsAndLeavesNothing() throws Exception {
    Files.createDirectory(root.resolve("d"));
    Files.writeString(root.resolve("f"), "keep");
    assertEquals(
        "Error: 'd' is a folder, not a file",
        tools.call("write_file", "path", "d", "content", "x"));
    assertEquals(
        "Error: '.' is a folder, not a file",
        tools.call("write_file", "path", ".", "content", "x"));
    assertEquals(
        "Error: a file stands where a folder is needed",
        tools.call("write_file", "path", "f/x", "content", "x"));
    assertEquals(
        "Error: the content has 101 bytes, more than the 100 that may be written",
        small().call("write_file", "path", "n", "content", "x".repeat(101)));
    assertEquals(
        "Error: the content is not valid Unicode",
        tools.call("write_file", "path", "n", "content", "\ud800"));
    assertTrue(
        small().call("write_file", "path", "1/2/3/4/5", "content", "x").startsWith("Error: "));
    assertEquals("d/\nf", tools.call("list_files"));
    assertEquals("keep", Files.readString(root.resolve("f")));
  }

  @Test
  void searchesWithoutRegardToCase() throws Exception {
    Files.createDirectories(root.resolve("b/c"));
    Files.writeString(root.resolve("a.txt"), "one\n  Two Apples\nthree");
    Files.writeString(root.resolve("b/c/d.txt"), "an APPLE\r\na pear\r\napple pie");
    Files.write(root.resolve("b/binary"), new byte[] {'a', 'p', 'p', 'l', 'e', 0});
    assertEquals(
        "a.txt:2: Two Apples\nb/c/d.txt:1: an APPLE\nb/c/d.txt:3: apple pie",
        tools.call("search_files", "query", "apple"));
    assertEquals(
        "b/c/d.txt:1: an APPLE\nb/c/d.txt:3: apple pie",
        tools.call("search_files", "query", "apple", "path", "b"));
    assertEquals("a.txt:1: one", tools.call("search_files", "query", "one", "path", "a.txt"));
    assertEquals("No matches.", tools.call("search_files", "query", "plum"));
    assertEquals("No matches.", tools.call("search_files", "query", "a.*e"));
    assertEquals("Error: the query is empty", tools.call("search_files", "query", " "));
    assertEquals(
        "Error: there is no file or folder 'x'",
        tools.call("search_files", "query", "a", "path", "x"));
  }

  @Test
  void searchesAreBounded() throws Exception {
    BuiltinFixture small = small();
    Files.writeString(root.resolve("a"), "hit\nhit\nhit\nhit\n");
    assertEquals(
        "a:1: hit\na:2: hit\na:3: hit\n[The search stopped after 3 matches; there may be more.]",
        small.call("search_files", "query", "hit"));
    Files.writeString(root.resolve("a"), "x".repeat(101));
    assertEquals(
        "No matches.\n[1 files or folders were too large or could not be read.]",
        small.call("search_files", "query", "hit"));
    Files.writeString(root.resolve("a"), "long " + "y".repeat(60) + " hit " + "z".repeat(25));
    String line = small.call("search_files", "query", "hit");
    assertTrue(line.startsWith("a:1: …") && line.contains(" hit ") && line.length() <= 68, line);
    for (int i = 0; i < 50; i++) {
      Files.writeString(root.resolve("n" + i), "z");
    }
    assertTrue(
        small
            .call("search_files", "query", "hit")
            .endsWith("40 files and folders; there may be more.]"));
    for (int i = 0; i < 50; i++) {
      Files.delete(root.resolve("n" + i));
    }
    for (int i = 0; i < 6; i++) {
      Files.writeString(root.resolve("m" + i), "z".repeat(90));
    }
    assertTrue(
        small.call("search_files", "query", "nothing").endsWith("300 bytes; there may be more.]"));
  }

  @Test
  void deepTreesAreNotSearchedForEver() throws Exception {
    Path deep = root;
    for (int i = 0; i < 6; i++) {
      deep = Files.createDirectory(deep.resolve("d"));
    }
    Files.writeString(deep.resolve("f"), "hit");
    assertEquals(
        "No matches.\n[1 files or folders were too large or could not be read.]",
        small().call("search_files", "query", "hit"));
    assertEquals("d/d/d/d/d/d/f:1: hit", tools.call("search_files", "query", "hit"));
  }

  @Test
  void anInterruptedSearchEnds() throws Exception {
    for (int i = 0; i < 50; i++) {
      Files.writeString(root.resolve("f" + i), "x".repeat(1_000));
    }
    Thread.currentThread().interrupt();
    boolean interrupted = false;
    try {
      tools.call("search_files", "query", "nothing");
    } catch (InterruptedException e) {
      interrupted = true;
    }
    assertTrue(interrupted);
    assertFalse(Thread.interrupted());
  }

  @Test
  void nothingSharesTheRootsNameByPrefix() throws Exception {
    String sibling = outside.resolve("secret.txt").toString();
    assertEquals(
        "Error: '" + sibling + "' is outside the folder that the file tools may use",
        tools.call("read_file", "path", sibling));
    assertEquals(
        "Error: '../root-sibling/secret.txt' is outside the folder that the file tools may use",
        tools.call("read_file", "path", "../root-sibling/secret.txt"));
  }
}
