package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The main job: a request in plain words, a tool call that ran, an answer.
final class ToolCallTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"vector", "scalar"})
  void theModelCallsAToolAndAnswersFromItsResult(String backend) throws Exception {
    Run run = run("--backend", backend, "What is 17 * 23?");
    assertTrue(run.completed(), run::toString);
    assertEquals("calculate", run.calls().getFirst().path("tool").asText(), run::toString);
    assertEquals("391", run.outcomes().getFirst().path("text").asText(), run::toString);
    assertTrue(run.text().contains("391"), run::toString);
  }

  @Test
  void aFileIsRead() throws Exception {
    Files.writeString(temp.resolve("shopping.txt"), "milk, eggs and bread\n");
    Run run = run("Read shopping.txt");
    assertTrue(run.completed(), run::toString);
    assertEquals("read_file", run.calls().getFirst().path("tool").asText(), run::toString);
    assertTrue(run.outcomes().getFirst().path("succeeded").asBoolean(), run::toString);
  }

  @Test
  void withoutJsonTheAnswerAloneIsOnStandardOutput() {
    Product.Outcome outcome = product().run("run", "What is 17 * 23?");
    assertEquals(0, outcome.exitCode(), outcome::err);
    assertTrue(outcome.out().contains("391"), outcome::out);
    assertTrue(outcome.err().contains("calculate"), outcome::err);
    assertFalse(outcome.err().contains("incubator"), outcome::err);
    assertFalse(outcome.out().contains("\u001b"), "colours without a terminal");
  }

  @Test
  void mistakesAreOneLineWithWhatToDo() throws Exception {
    Path broken = Files.writeString(temp.resolve("broken.gguf"), "GGUF, but not really");
    Product.Outcome outcome = product().run("run", "--model", broken.toString(), "hello");
    assertEquals(3, outcome.exitCode(), outcome::err);
    assertEquals(1, outcome.err().lines().filter(line -> !line.isBlank()).count(), outcome::err);
    assertTrue(outcome.err().contains("broken.gguf"), outcome::err);

    assertEquals(2, product().run("run").exitCode());
    assertEquals(2, product().run("dance").exitCode());
  }

  @Test
  void theVerbsAnswer() {
    assertTrue(product().run("--help").out().contains("Exit codes"));
    assertTrue(product().run("tools", "list").out().contains("read_file"));
    assertTrue(product().run("model", "info").out().contains("deepseek2"));
    assertTrue(product().run("model", "list").out().contains("embedded"));
    Product.Outcome gpu = product().run("gpu", "check");
    assertTrue(gpu.exitCode() == 0 || gpu.exitCode() == 7, gpu::err);
  }

  private Product product() {
    return new Product(temp);
  }

  private Run run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "run";
    all[1] = "--json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return new Run(product().run(all));
  }
}
