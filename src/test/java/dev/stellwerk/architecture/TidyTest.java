package dev.stellwerk.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Sizes and small habits, counted by the JDK's own compiler rather than by eye.
final class TidyTest {
  private static final Path ROOT = Path.of(System.getProperty("stellwerk.root", "../.."));
  private static final List<String> MODULES =
      List.of("inference-core", "tools", "mcp-bridge", "a2a", "runtime", "src/test");
  private static final int FILE_LINES_MAX = 450;
  private static final int METHOD_LINES_MAX = 60;

  /// Kernels unroll by hand, and are clearer for it.
  private static final int KERNEL_LINES_MAX = 100;

  @Test
  void filesStayShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      long lines = Files.readAllLines(file).size();
      if (lines > FILE_LINES_MAX) {
        tooLong.add(ROOT.relativize(file) + ": " + lines);
      }
    }
    assertEquals(List.of(), tooLong, "files over " + FILE_LINES_MAX + " lines");
  }

  @Test
  void methodsStayShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    try (StandardJavaFileManager files =
        ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              ToolProvider.getSystemJavaCompiler()
                  .getTask(
                      null,
                      files,
                      diagnostic -> {},
                      List.of("-proc:none"),
                      null,
                      files.getJavaFileObjectsFromPaths(sources()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        unit.accept(new MethodSizes(unit, positions, tooLong), null);
      }
    }
    assertEquals(List.of(), tooLong, "methods over their limit");
  }

  @Test
  void everyPackageSaysWhatItKnows() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Path file : sources()) {
      Path info = file.resolveSibling("package-info.java");
      boolean testFolder = file.toString().contains("src/test/java");
      if (!testFolder && !Files.exists(info)) {
        silent.add(ROOT.relativize(file.getParent()).toString());
      } else if (Files.exists(info) && !Files.readString(info).contains("@NullMarked")) {
        silent.add(ROOT.relativize(info) + " is not @NullMarked");
      }
    }
    assertEquals(List.of(), silent.stream().distinct().toList());
  }

  @Test
  void nothingIsLeftForLater() throws IOException {
    List<String> marks = new ArrayList<>();
    // Spelt apart, so that this file does not find itself.
    List<String> words = List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:");
    for (Path file : sources()) {
      String text = Files.readString(file);
      words.stream()
          .filter(text::contains)
          .forEach(word -> marks.add(ROOT.relativize(file) + ": " + word));
    }
    assertEquals(List.of(), marks);
  }

  @Test
  void decisionRecordsAreNumberedWithoutGaps() throws IOException {
    try (Stream<Path> records = Files.list(ROOT.resolve("docs/adr"))) {
      List<Integer> numbers =
          records
              .map(path -> path.getFileName().toString())
              .filter(name -> name.matches("\\d{4}-.*\\.md"))
              .map(name -> Integer.parseInt(name.substring(0, 4)))
              .sorted()
              .toList();
      assertTrue(!numbers.isEmpty(), "there are no decision records");
      for (int i = 0; i < numbers.size(); i++) {
        assertEquals(i + 1, numbers.get(i), "gap or double in docs/adr: " + numbers);
      }
    }
  }

  private static List<Path> sources() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> walk = Files.walk(ROOT.resolve(module))) {
        walk.filter(path -> path.toString().endsWith(".java"))
            .filter(path -> !path.toString().contains("/target/"))
            .forEach(all::add);
      }
    }
    assertTrue(all.size() > 50, "only " + all.size() + " sources found under " + ROOT);
    return all.stream().distinct().sorted().toList();
  }

  /// Notes every method whose body spans more lines than its place allows.
  private static final class MethodSizes extends TreeScanner<@Nullable Void, @Nullable Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> tooLong;

    MethodSizes(CompilationUnitTree unit, SourcePositions positions, List<String> tooLong) {
      this.unit = unit;
      this.positions = positions;
      this.tooLong = tooLong;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
      if (method.getBody() != null) {
        LineMap lines = unit.getLineMap();
        long first = lines.getLineNumber(positions.getStartPosition(unit, method.getBody()));
        long last = lines.getLineNumber(positions.getEndPosition(unit, method.getBody()));
        String file = unit.getSourceFile().getName();
        int limit = file.contains("/backend/") ? KERNEL_LINES_MAX : METHOD_LINES_MAX;
        if (last - first + 1 > limit) {
          tooLong.add(file + " " + method.getName() + ": " + (last - first + 1));
        }
      }
      return super.visitMethod(method, null);
    }
  }
}
