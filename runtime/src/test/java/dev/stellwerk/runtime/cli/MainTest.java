package dev.stellwerk.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command line as far as it goes without a model: help, exit codes, errors of one line.
final class MainTest {
  @TempDir Path directory;

  private byte[] in = new byte[0];
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void helpTeachesTheVerbsAndExitCodes() {
    assertEquals(ExitCode.DONE, run("--help"));
    for (String verb :
        List.of(
            "run",
            "chat",
            "serve",
            "mcp",
            "model",
            "tools",
            "generate",
            "logits",
            "tokenize",
            "template",
            "eval",
            "gpu")) {
      assertTrue(text(out).contains("\n  " + verb + " "), verb);
    }
    for (String code : ExitCode.LIST) {
      assertTrue(text(out).contains(code.substring(0, code.indexOf(':')) + "   "), code);
    }
    assertTrue(text(out).lines().allMatch(line -> line.length() <= 80), text(out));
  }

  /// All verbs, as a person would type them.
  private List<String> verbs() {
    CommandLine line =
        new Commands(terminal(), new GlobalOptions()).line(new GlobalOptions(), "--help");
    return Commands.all(line).stream()
        .map(Commands::path)
        .filter(verb -> !verb.equals("stellwerk"))
        .toList();
  }

  @Test
  void everyVerbTeachesByExampleAndIsInTheGuide() throws IOException {
    String guide =
        Files.readString(
            Path.of(System.getProperty("stellwerk.root", ".."), "docs", "guides", "cli.md"));
    assertTrue(verbs().containsAll(List.of("run", "model", "model pull", "tools list")));
    for (String verb : verbs()) {
      String[] words = (verb + " --help").split(" ", -1);
      assertEquals(ExitCode.DONE, run(words), verb);
      List<String> help = text(out).lines().toList();
      int examples = help.indexOf("Examples:");
      assertTrue(examples > 0, "no examples under the help of " + verb + "; add some to Examples");
      String example = help.get(examples + 1);
      assertTrue(example.contains("stellwerk " + verb), verb + ": " + example);
      assertTrue(help.stream().allMatch(row -> row.length() <= 80), () -> verb + ": " + text(out));
      assertTrue(
          guide.contains("`" + verb + "`") || guide.contains("`" + verb + " "),
          "docs/guides/cli.md lacks " + verb);
    }
  }

  @Test
  void theGuideHasTheExitCodes() throws IOException {
    String guide =
        Files.readString(
            Path.of(System.getProperty("stellwerk.root", ".."), "docs", "guides", "cli.md"));
    for (String code : ExitCode.LIST) {
      String number = code.substring(0, code.indexOf(':'));
      assertTrue(guide.contains("\n| " + number + " | "), "docs/guides/cli.md lacks " + number);
    }
  }

  @Test
  void wrongUsageIsTwo() {
    assertFails(ExitCode.USAGE, "which verb");
    assertFails(ExitCode.USAGE, "bogus", "bogus");
    assertFails(ExitCode.USAGE, "REQUEST", "run");
    assertFails(ExitCode.USAGE, "empty", "run", " ");
    assertFails(ExitCode.USAGE, "--nonsense", "run", "--nonsense", "x");
    assertFails(ExitCode.USAGE, "--threads", "run", "--threads", "many", "x");
    assertFails(ExitCode.USAGE, "model info", "model");
    assertFails(ExitCode.USAGE, "2 tokens to generate", "model", "bench", "--generate", "1");
    assertFails(ExitCode.USAGE, "--prompt", "model", "bench", "--prompt", "many");
    assertFails(ExitCode.USAGE, "constrain check", "constrain");
    assertFails(ExitCode.USAGE, "--tokenizer", "constrain", "check", directory.toString());
  }

  @Test
  void schemasAreCheckedAgainstAVocabularyThatIsThere() {
    String here = directory.toString();
    assertFails(ExitCode.USAGE, "no folder", "constrain", "check", "nowhere", "--tokenizer", here);
    assertFails(ExitCode.MODEL, "", "constrain", "check", here, "--tokenizer", here + "/none.gguf");
  }

  @Test
  void aModelThatIsNotThereIsThree() {
    assertFails(ExitCode.MODEL, "no model 'nope'", "run", "--model", "nope", "x");
    assertFails(ExitCode.MODEL, "no model 'nope'", "model", "info", "nope");
    assertFails(ExitCode.MODEL, "no model 'nope'", "model", "bench", "--model", "nope");
    assertFails(ExitCode.MODEL, "no model 'nope'", "model", "info", "--model", "nope");
    assertFails(ExitCode.USAGE, "once", "model", "info", "nope", "--model", "nope");
  }

  @Test
  void aFileThatIsNoModelIsThree() throws IOException {
    Path file = Files.writeString(directory.resolve("x.gguf"), "not a model at all");
    assertFails(ExitCode.MODEL, "x.gguf", "model", "info", file.toString());
    assertFails(ExitCode.MODEL, "x.gguf", "run", "--model", file.toString(), "x");
  }

  @Test
  void aModelThatCannotBePulledIsEight() {
    assertFails(ExitCode.PULL, "neither an https address", "model", "pull", "nonsense");
    assertFails(
        ExitCode.PULL, "plain HTTP", "model", "pull", "http://example.org/x.gguf", "--json");
    assertFails(
        ExitCode.PULL, "not a SHA-256", "model", "pull", "a/b", "--sha256", "abc", "--to", "x");
  }

  @Test
  void pulledModelsHaveNames() throws IOException {
    Path models = Files.createDirectories(directory.resolve("models"));
    for (String name : List.of("a.gguf", "big-00001-of-00002.gguf", "big-00002-of-00002.gguf")) {
      Files.writeString(models.resolve(name), "GGUF");
    }
    Files.writeString(models.resolve("b.gguf.part"), "GGUF");
    assertEquals(ExitCode.DONE, run("model", "list"));
    List<String> names = text(out).lines().toList();
    assertTrue(names.containsAll(List.of("a", "big")), names.toString());
    assertTrue(names.stream().noneMatch(name -> name.contains("part")), names.toString());
    assertFails(ExitCode.MODEL, "big-00001-of-00002.gguf", "model", "info", "big");
  }

  @Test
  void describesTheEmbeddedModel() throws IOException {
    String embedded =
        Path.of(System.getProperty("stellwerk.root", ".."), "models", "stellwerk-embedded.gguf")
            .toString();
    assertEquals(ExitCode.DONE, run("model", "info", "--model", embedded));
    assertTrue(text(out).contains("\nruns here      yes\n"), text(out));
    assertTrue(text(out).contains("\ntool calls     kimi-k2\n"), text(out));
    assertEquals(ExitCode.DONE, run("model", "info", embedded, "--json"));
    JsonNode json = new ObjectMapper().readTree(text(out));
    assertTrue(json.path("runnable").asBoolean(), json.toString());
    assertEquals("deepseek2", json.path("architecture").asText());
    assertEquals(8192, json.path("tokenizer").path("tokens").asInt());
    assertTrue(json.path("memory").path("kvBytesPerThousandTokens").asLong() > 0);
  }

  @Test
  void aWrongConfigurationIsFour() throws IOException {
    Path config = Files.writeString(directory.resolve("c.yaml"), "stellwerk: {run: {turns: 1}}");
    assertFails(ExitCode.SETUP, "turns", "tools", "list", "--config", config.toString());
    assertFails(ExitCode.SETUP, "--root", "tools", "list", "--root", "/no/such/folder");
    assertFails(ExitCode.SETUP, "none.json", "tools", "list", "--mcp", "none.json");
  }

  @Test
  void rendersATemplateToTheByte() throws IOException {
    Path template =
        Files.writeString(
            directory.resolve("t.jinja"),
            """
            {% for m in messages %}
            [{{ m.role }}] {{ m.content }}{{ extra }}
            {% endfor %}
            {{ tools is none }}{{ '>' if add_generation_prompt }}
            """);
    Path input =
        Files.writeString(
            directory.resolve("c.json"),
            "{\"messages\": [{\"role\": \"user\", \"content\": \"<é>\"}], \"extra\": \"!\"}");
    String[] render = {
      "template", "render", "--template", template.toString(), "--input", input.toString()
    };
    assertEquals(ExitCode.DONE, run(render));
    assertEquals("[user] <é>!\nTrue", text(out));
    out.reset();
    render = Arrays.copyOf(render, render.length + 1);
    render[render.length - 1] = "--json";
    assertEquals(ExitCode.DONE, run(render));
    assertEquals("{\"text\":\"[user] <é>!\\nTrue\",\"characters\":16}\n", text(out));
  }

  @Test
  void saysWhatIsWrongWithATemplateOrItsInput() throws IOException {
    Path template =
        Files.writeString(
            directory.resolve("t.jinja"), "\n\n{{ raise_exception('no users here') }}");
    String t = template.toString();
    Path input = Files.writeString(directory.resolve("c.json"), "{\"messages\": []}");
    String[] render = {"template", "render", "--template", t, "--input", input.toString()};
    assertFails(ExitCode.MODEL, t + ": the chat template: line 3: no users here", render);
    Files.writeString(template, "{% if %}");
    assertFails(ExitCode.MODEL, "line 1:", render);
    Files.writeString(input, "{\"messages\":\n [}");
    assertFails(ExitCode.USAGE, "is not JSON at line 2, column 3", render);
    Files.writeString(input, "{}");
    assertFails(ExitCode.USAGE, "an array `messages`", render);
    assertFails(ExitCode.USAGE, "--input", "template", "render");
    assertFails(ExitCode.USAGE, "cannot be read", "template", "render", "--input", "none.json");
    assertFails(ExitCode.USAGE, "template render", "template");
  }

  @Test
  void listsTheToolsThatTheFlagsLeave() {
    assertEquals(ExitCode.DONE, run("tools", "list"));
    assertTrue(text(out).contains("read_file(path: string)\n"), text(out));
    assertTrue(text(out).contains("[read-only]"), text(out));
    assertEquals(ExitCode.DONE, run("tools", "list", "--tools", "*_file", "--deny", "write_*"));
    assertEquals(
        List.of("read_file(path: string)"),
        text(out).lines().filter(line -> line.contains("(path")).toList());
    assertTrue(text(err).contains("not offered: builtin write_file"), text(err));
  }

  @Test
  void saysWhereAServerThatCannotListenCouldInstead() throws IOException {
    try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertFails(
          ExitCode.SETUP, "--port", "serve", "--port", Integer.toString(taken.getLocalPort()));
    }
  }

  /// A folder with a tokenizer of single bytes, `ab` and an end token.
  private Path tokenizer() throws IOException {
    StringBuilder ranks = new StringBuilder();
    for (int rank = 0; rank <= 256; rank++) {
      byte[] token = rank < 256 ? new byte[] {(byte) rank} : new byte[] {'a', 'b'};
      ranks.append(Base64.getEncoder().encodeToString(token)).append(' ').append(rank).append('\n');
    }
    Path folder = Files.createDirectories(directory.resolve("kimi"));
    Files.writeString(folder.resolve("tiktoken.model"), ranks);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"TikTokenTokenizer\", \"added_tokens_decoder\":"
            + " {\"257\": {\"content\": \"[EOS]\", \"special\": true}}}");
    return folder;
  }

  @Test
  void tokenizesFilesAndStandardInput() throws IOException {
    String model = tokenizer().toString();
    Path file = Files.writeString(directory.resolve("text"), "abé[EOS]");
    assertEquals(ExitCode.DONE, run("tokenize", "--model", model, file.toString()), text(err));
    assertEquals(
        List.of("    256  \"ab\"", "    195  \"<0xC3>\"", "    169  \"<0xA9>\"", "     91  \"[\""),
        text(out).lines().limit(4).toList());
    assertTrue(text(out).endsWith("\n8 tokens, 9 bytes\n"), text(out));
    in = "ab[EOS]".getBytes(StandardCharsets.UTF_8);
    assertEquals(ExitCode.DONE, run("tokenize", "--model", model, "--special", "--json"));
    assertEquals(
        "{\"model\":\"%s\",\"count\":2,\"ids\":[256,257],\"pieces\":[\"ab\",\"[EOS]\"]}\n"
            .formatted(model),
        text(out));
  }

  @Test
  void saysWhatItCannotTokenize() throws IOException {
    String model = tokenizer().toString();
    in = new byte[] {'a', (byte) 0xFF};
    assertFails(ExitCode.SETUP, "standard input is not UTF-8", "tokenize", "--model", model);
    in = new byte[7 << 20];
    assertFails(ExitCode.SETUP, "more than 2097152", "tokenize", "--model", model);
    assertFails(
        ExitCode.SETUP, "none.txt cannot be read", "tokenize", "--model", model, "none.txt");
    assertFails(ExitCode.MODEL, "no model 'nope'", "tokenize", "--model", "nope");
    assertFails(
        ExitCode.MODEL, "neither tokenizer.json", "tokenize", "--model", directory.toString());
  }

  private void assertFails(int exitCode, String part, String... args) {
    assertEquals(exitCode, run(args), text(err));
    assertTrue(text(err).contains(part), text(err));
    assertTrue(text(err).lines().count() <= 2, text(err));
    assertEquals("", text(out));
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    Terminal terminal = terminal();
    boolean help = Arrays.asList(args).contains("--help") || args.length == 0;
    return Main.run(
        terminal,
        help
            ? args
            : Stream.concat(Arrays.stream(args), Stream.of("--data", directory.toString()))
                .toArray(String[]::new));
  }

  private Terminal terminal() {
    return new Terminal(
        new ByteArrayInputStream(in), print(out), print(err), false, false, false, false);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
