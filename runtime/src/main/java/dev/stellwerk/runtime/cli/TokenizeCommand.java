package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import dev.stellwerk.runtime.config.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tokenize`: what a model reads of a text.
@Command(
    name = "tokenize",
    description = "Show the tokens of a text.",
    footer = {
      "",
      "Examples:",
      "  stellwerk tokenize README.md",
      "  echo \"What is 17 * 23?\" | stellwerk tokenize --model kimi-k2/ --json"
    })
final class TokenizeCommand implements Callable<Integer> {
  /// No text that fits into [Tokenizers#TEXT_CHARS_MAX] has more.
  private static final int TEXT_BYTES_MAX = 3 * Tokenizers.TEXT_CHARS_MAX;

  private final Workplace workplace;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "A GGUF file, a name that `model list` shows, or a folder with tokenizer.json or"
              + " tiktoken.model; default: the embedded model.")
  String model = ModelFiles.EMBEDDED;

  @Option(
      names = "--special",
      description =
          "Control tokens that stand in the text become what they stand for, as in a rendered"
              + " template; by default they are text.")
  boolean special;

  @Option(
      names = "--prompt",
      description = "Add what the model wants around a prompt, a token that begins a text say.")
  boolean prompt;

  @Option(names = "--json", description = "One object: model, count, ids and pieces.")
  boolean json;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "UTF-8 text; default: standard input.")
  @Nullable Path file;

  TokenizeCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() {
    Tokenizer tokenizer = Tokenizers.load(model());
    String text = text();
    Tokens tokens = special ? tokenizer.encodeRendered(text) : tokenizer.encodeText(text);
    int[] ids = tokens.toArray();
    if (prompt) {
      ids =
          IntStream.concat(
                  IntStream.concat(tokenizer.begin().stream(), IntStream.of(ids)),
                  tokenizer.end().stream())
              .toArray();
    }
    if (json) {
      printJson(tokenizer, ids);
    } else {
      printLines(tokenizer, ids, text);
    }
    return ExitCode.DONE;
  }

  private Path model() {
    Path folder = Path.of(model);
    return Files.isDirectory(folder)
        ? folder
        : ModelFiles.of(workplace.config(null, null, Map.of()), Workplace.home()).find(model);
  }

  private String text() {
    String name = file == null ? "standard input" : file.toString();
    byte[] bytes;
    try (InputStream in = file == null ? workplace.terminal().in() : Files.newInputStream(file)) {
      bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new CliException(ExitCode.SETUP, name + " cannot be read: " + e);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      if (bytes.length > TEXT_BYTES_MAX) {
        throw tooLong(name);
      }
      throw new CliException(ExitCode.SETUP, name + " is not UTF-8 text");
    }
    if (text.length() > Tokenizers.TEXT_CHARS_MAX || bytes.length > TEXT_BYTES_MAX) {
      throw tooLong(name);
    }
    return text;
  }

  private static CliException tooLong(String name) {
    return new CliException(
        ExitCode.SETUP, name + " has more than " + Tokenizers.TEXT_CHARS_MAX + " characters");
  }

  private void printJson(Tokenizer tokenizer, int[] ids) {
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("model", model);
    line.put("count", ids.length);
    ArrayNode numbers = line.putArray("ids");
    ArrayNode pieces = line.putArray("pieces");
    for (int id : ids) {
      numbers.add(id);
      pieces.add(piece(tokenizer, id));
    }
    workplace.terminal().out().println(line);
  }

  private void printLines(Tokenizer tokenizer, int[] ids, String text) {
    PrintStream out = workplace.terminal().out();
    StringBuilder lines = new StringBuilder();
    for (int id : ids) {
      String quoted = JsonNodeFactory.instance.textNode(piece(tokenizer, id)).toString();
      lines.append("%7d  ".formatted(id)).append(quoted).append('\n');
    }
    out.print(lines);
    out.println(ids.length + " tokens, " + text.getBytes(StandardCharsets.UTF_8).length + " bytes");
  }

  /// The text of a token; its bytes where they are only part of a character.
  private static String piece(Tokenizer tokenizer, int id) {
    String piece = tokenizer.piece(id);
    if (piece.indexOf('\uFFFD') < 0) {
      return piece;
    }
    StringBuilder bytes = new StringBuilder();
    for (byte b : tokenizer.bytes(id)) {
      bytes.append("<0x%02X>".formatted(b));
    }
    return bytes.toString();
  }
}
