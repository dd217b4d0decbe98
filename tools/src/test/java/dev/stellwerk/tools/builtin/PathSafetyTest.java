package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nothing outside the root is read, listed, searched or changed, whatever the path and the links.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PathSafetyTest {
  private static final String SECRET = "TOP-SECRET";
  private static final int ROUNDS = 500;

  @TempDir private Path top;
  private Path root;
  private Path outside;
  private BuiltinFixture tools;

  @BeforeEach
  void setUp() throws IOException {
    root = Files.createDirectories(top.resolve("home/root"));
    outside = Files.createDirectory(top.resolve("outside"));
    Files.writeString(outside.resolve("secret.txt"), SECRET);
    Files.createFile(outside.resolve("outside-only"));
    Files.createDirectories(root.resolve("in/deep"));
    Files.writeString(root.resolve("in/a.txt"), "inside");
    tools = new BuiltinFixture(root, top.resolve("data"));
  }

  private void link(String at, Path target) throws IOException {
    Files.createSymbolicLink(root.resolve(at), target);
  }

  private String outsideNow() throws IOException {
    try (Stream<Path> tree = Files.walk(outside)) {
      StringBuilder state = new StringBuilder();
      for (Path path : tree.sorted().toList()) {
        state.append(path).append('=');
        state.append(Files.isRegularFile(path) ? Files.readString(path) : "").append('\n');
      }
      return state.toString();
    }
  }

  @Test
  void linksMayPointInsideAndNowhereElse() throws Exception {
    link("inside-file", Path.of("in/a.txt"));
    link("inside-folder", root.resolve("in"));
    link("out-file", outside.resolve("secret.txt"));
    link("out-folder", outside);
    link("up", Path.of(".."));
    link("loop", Path.of("loop"));
    link("dangling", outside.resolve("new.txt"));
    link("in/chain", root.resolve("out-folder"));
    assertEquals("inside", tools.call("read_file", "path", "inside-file"));
    assertEquals("inside", tools.call("read_file", "path", "inside-folder/a.txt"));
    String before = outsideNow();
    for (String path :
        List.of(
            "out-file",
            "out-folder/secret.txt",
            "out-folder",
            "out-folder/new/file",
            "in/chain/secret.txt",
            "inside-folder/chain/secret.txt",
            "up/outside/secret.txt",
            "up/x",
            "loop",
            "loop/x",
            "dangling")) {
      assertTrue(tools.call("read_file", "path", path).startsWith("Error: "), path);
      assertTrue(tools.call("list_files", "path", path).startsWith("Error: "), path);
      assertTrue(
          tools.call("write_file", "path", path, "content", "pwned").startsWith("Error: "), path);
      assertTrue(
          tools.call("search_files", "query", "SECRET", "path", path).startsWith("Error: "), path);
    }
    assertEquals(before, outsideNow());
    assertEquals("No matches.", tools.call("search_files", "query", "SECRET"));
    assertFalse(Files.exists(outside.resolve("new.txt"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void writingThroughAnInsideLinkKeepsTheLink() throws Exception {
    link("alias", Path.of("in/a.txt"));
    assertEquals(
        "Wrote 3 bytes to alias.", tools.call("write_file", "path", "alias", "content", "new"));
    assertEquals("new", Files.readString(root.resolve("in/a.txt")));
    assertTrue(Files.isSymbolicLink(root.resolve("alias")));
  }

  @Test
  void aRootThatIsItselfALinkWorks() throws Exception {
    Path alias = Files.createSymbolicLink(top.resolve("alias"), root);
    BuiltinFixture linked = new BuiltinFixture(alias, top.resolve("data"));
    assertEquals("inside", linked.call("read_file", "path", "in/a.txt"));
    assertEquals("inside", linked.call("read_file", "path", alias.resolve("in/a.txt").toString()));
    assertEquals("inside", linked.call("read_file", "path", root.resolve("in/a.txt").toString()));
  }

  /// Random paths from hostile pieces over a tree full of links; the seed is fixed.
  @Test
  void randomPathsNeverLeaveTheRoot() throws Exception {
    link("out", outside);
    link("in/up", Path.of("../.."));
    link("in/deep/abs", top);
    link("ok", Path.of("in"));
    String[] pieces = {
      "..",
      ".",
      "in",
      "deep",
      "out",
      "up",
      "abs",
      "ok",
      "a.txt",
      "secret.txt",
      "outside",
      "home",
      "root",
      "",
      "new",
      "%2e%2e",
      "..\\..",
      " ",
      "…",
      "~",
      top.toString(),
      outside.toString()
    };
    String before = outsideNow();
    Random random = new Random(7);
    int allowed = 0;
    for (int i = 0; i < 4_000; i++) {
      StringBuilder path = new StringBuilder(random.nextInt(8) == 0 ? "/" : "");
      int count = 1 + random.nextInt(6);
      for (int p = 0; p < count; p++) {
        path.append(p == 0 ? "" : "/").append(pieces[random.nextInt(pieces.length)]);
      }
      String answer =
          switch (random.nextInt(4)) {
            case 0 -> tools.call("read_file", "path", path.toString());
            case 1 -> tools.call("list_files", "path", path.toString());
            case 2 -> tools.call("search_files", "query", "secret", "path", path.toString());
            default -> tools.call("write_file", "path", path.toString(), "content", "pwned");
          };
      assertFalse(answer.contains(SECRET), path.toString());
      allowed += answer.startsWith("Error: ") ? 0 : 1;
    }
    assertTrue(allowed > 100, "only " + allowed + " paths were allowed: the test shows little");
    assertEquals(before, outsideNow());
    assertFalse(Files.exists(top.resolve("new")));
  }

  /// What the tests below try by chance, at the one moment that matters.
  @Test
  void aFolderThatTurnsIntoALinkAfterTheCheckIsNotEntered() throws Exception {
    RootFolder folder = RootFolder.open(root, 8);
    Files.createDirectory(root.resolve("swap"));
    Files.createFile(root.resolve("swap/secret.txt"));
    RootFolder.Place file = folder.resolve("swap/secret.txt");
    RootFolder.Place fresh = folder.resolve("swap/new/file");
    assertTrue(file.exists());
    Files.delete(root.resolve("swap/secret.txt"));
    Files.delete(root.resolve("swap"));
    link("swap", outside);
    assertThrows(IOException.class, () -> folder.openParent(file));
    assertThrows(IOException.class, () -> folder.openFolder(fresh, 1));
  }

  @Test
  void aFileThatTurnsIntoALinkAfterTheCheckIsNotRead() throws Exception {
    link("in/turned", outside.resolve("secret.txt"));
    RootFolder folder = RootFolder.open(root, 8);
    try (var in = folder.openFolder(folder.resolve("in"), 1)) {
      assertThrows(IOException.class, () -> SafeFiles.read(in, Path.of("turned"), 1_000));
      assertTrue(SafeFiles.attributes(in, Path.of("turned")).isSymbolicLink());
    }
  }

  /// A folder and a link to the outside change places all the time, while the folder is read.
  @Test
  void aLinkSwappedInBetweenCheckAndUseShowsNothing() throws Exception {
    Path folder = Files.createDirectory(root.resolve("swap"));
    Files.writeString(folder.resolve("secret.txt"), "harmless");
    Path evil = Files.createSymbolicLink(root.resolve("evil"), outside);
    Path aside = root.resolve("aside");
    Swapper swapper =
        new Swapper(
            () -> {
              Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
              Files.move(evil, folder, StandardCopyOption.ATOMIC_MOVE);
              Files.move(folder, evil, StandardCopyOption.ATOMIC_MOVE);
              Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
            });
    int answers = 0;
    try {
      for (int i = 0; i < ROUNDS; i++) {
        String read = tools.call("read_file", "path", "swap/secret.txt");
        answers += read.equals("harmless") ? 1 : 0;
        assertFalse(read.contains(SECRET));
        assertFalse(tools.call("list_files", "path", "swap").contains("outside-only"));
        assertFalse(tools.call("search_files", "query", "top-", "path", "swap").contains(SECRET));
      }
    } finally {
      swapper.finish();
    }
    assertTrue(answers > 0, "the folder was never read: the test shows little");
  }

  /// The same while it is written to; here a link to the inside turns into one to the outside.
  @Test
  void aLinkTurnedAroundBetweenCheckAndUseWritesNothingOutside() throws Exception {
    String before = outsideNow();
    Path link = root.resolve("turn");
    Path next = root.resolve("next");
    Files.createSymbolicLink(link, root.resolve("in"));
    Swapper swapper =
        new Swapper(
            () -> {
              for (Path target : List.of(outside, root.resolve("in"))) {
                Files.createSymbolicLink(next, target);
                Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
              }
            });
    int written = 0;
    try {
      for (int i = 0; i < ROUNDS; i++) {
        String path = i % 2 == 0 ? "turn/made" + i + "/x" : "turn/file" + i;
        String answer = tools.call("write_file", "path", path, "content", "x");
        written += answer.startsWith("Wrote ") ? 1 : 0;
      }
    } finally {
      swapper.finish();
    }
    assertTrue(written > 0, "nothing was written: the test shows little");
    assertEquals(before, outsideNow());
  }

  /// Repeats a change of the tree on a thread of its own until it is finished.
  private static final class Swapper {
    /// One round of changes.
    @FunctionalInterface
    interface Swap {
      void run() throws IOException;
    }

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<String> problem = new AtomicReference<>("");
    private final Thread thread;

    Swapper(Swap swap) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!stop.get()) {
                        swap.run();
                      }
                    } catch (IOException e) {
                      problem.set("the swapper failed: " + e);
                    }
                  });
    }

    void finish() throws InterruptedException {
      stop.set(true);
      thread.join();
      assertEquals("", problem.get());
    }
  }
}
