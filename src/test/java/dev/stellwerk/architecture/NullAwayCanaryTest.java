package dev.stellwerk.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;

/// NullAway was once silently inert on a new JDK. These canaries are compiled with the build's own
/// arguments: one must fail for its null, the other must pass.
final class NullAwayCanaryTest {
  private static final String RETURNS_NULL =
      """
      package canary;

      @org.jspecify.annotations.NullMarked
      final class Canary {
        private Canary() {}

        static String sing() {
          return null;
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void aNullWhereNoneIsAllowedFailsTheBuild() throws Exception {
    Compilation compilation = compile(RETURNS_NULL);
    assertNotEquals(0, compilation.exitCode());
    assertTrue(compilation.output().contains("[NullAway]"), compilation.output());
  }

  @Test
  void theSameClassWithoutTheNullCompiles() throws Exception {
    Compilation compilation = compile(RETURNS_NULL.replace("return null", "return \"song\""));
    assertEquals(0, compilation.exitCode(), compilation.output());
  }

  private Compilation compile(String source) throws Exception {
    Path file = Files.writeString(folder.resolve("Canary.java"), source);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    command.addAll(buildArguments());
    // The checkers are test dependencies of this module, so its class path serves as their path
    // too.
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-processorpath", classPath, "-classpath", classPath));
    command.addAll(List.of("-d", folder.toString(), file.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "javac did not end");
    return new Compilation(process.exitValue(), output);
  }

  /// The arguments that the root pom gives the compiler, read from it so that the two cannot drift
  /// apart.
  private static List<String> buildArguments() throws IOException {
    Path pom = Path.of(System.getProperty("stellwerk.root", "../..")).resolve("pom.xml");
    try {
      NodeList nodes =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(pom.toFile())
              .getElementsByTagName("arg");
      List<String> arguments = new ArrayList<>();
      for (int i = 0; i < nodes.getLength(); i++) {
        arguments.add(nodes.item(i).getTextContent());
      }
      assertTrue(
          arguments.stream().anyMatch(a -> a.contains("NullAway:ERROR")), "no NullAway in " + pom);
      return arguments;
    } catch (javax.xml.parsers.ParserConfigurationException | org.xml.sax.SAXException e) {
      throw new IOException(pom + " cannot be read", e);
    }
  }

  private record Compilation(int exitCode, String output) {}
}
