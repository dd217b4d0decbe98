package dev.stellwerk.inference.fuzz;

import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads mutated text files of a tokenizer's folder: `tokenizer.json` token by token,
/// `tiktoken.model` line by line.
final class FolderTarget implements FuzzTarget {
  private static final Pattern TOKENS =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[-0-9.eE+]+|[a-z]+|[\\[\\]{},:]|[^\\s\"]+");
  private static final String[] PIECES = {
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "4294967296",
    "9223372036854775808",
    "0.5",
    "\"\"",
    "\"a\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"<|im_end|>\"",
    "\"Split\"",
    "\"(a+)+$\"",
    "\"\\\\p{L}+\"",
    "\"(\"",
    "[]",
    "{}",
    "[[[[",
    "}}",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "{\"type\":\"Sequence\"}",
    "{\"Regex\":\"(?:)\"}",
    "QQ==",
    "////",
    "=",
    " 0",
    "\n",
    "AAAA 7",
    "\uFEFF"
  };

  private record Token(int from, int to) {}

  private final String file;
  private final int weight;
  private final String base;
  private final Predicate<Tokenizer> use;
  private final List<Token> tokens = new ArrayList<>();
  private final Path folder;

  /// @param settings what `tokenizer_config.json` beside the file says; empty for none
  FolderTarget(String file, int weight, String base, String settings, Predicate<Tokenizer> use) {
    this.file = file;
    this.weight = weight;
    this.base = base;
    this.use = use;
    Matcher matcher = TOKENS.matcher(base);
    while (matcher.find()) {
      tokens.add(new Token(matcher.start(), matcher.end()));
    }
    try {
      folder = Files.createTempDirectory("stellwerk-fuzz");
      folder.toFile().deleteOnExit();
      if (!settings.isEmpty()) {
        Files.writeString(folder.resolve("tokenizer_config.json"), settings);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return file;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public long allocatedBytesMax() {
    return 128L << 20; // tables for the greatest id that a vocabulary may have
  }

  @Override
  public long cpuMillisMax() {
    return 2_000;
  }

  @Override
  public byte[] input(SplittableRandom random) {
    int[] places = new int[1 + random.nextInt(random.nextBoolean() ? 1 : 5)];
    for (int i = 0; i < places.length; i++) {
      places[i] = random.nextInt(tokens.size());
    }
    Arrays.sort(places);
    StringBuilder text = new StringBuilder(base);
    for (int i = places.length - 1; i >= 0; i--) {
      if (i + 1 == places.length || places[i] != places[i + 1]) {
        change(text, tokens.get(places[i]), random);
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(12)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        yield bytes;
      }
      default -> bytes;
    };
  }

  private void change(StringBuilder text, Token token, SplittableRandom random) {
    Token other = tokens.get(random.nextInt(tokens.size()));
    String old = base.substring(token.from(), token.to());
    String piece = PIECES[random.nextInt(PIECES.length)];
    String now =
        switch (random.nextInt(8)) {
          case 0 -> "";
          case 1 -> old + old;
          case 2, 3 -> base.substring(other.from(), other.to());
          case 4 -> piece + old;
          case 5 -> old.substring(random.nextInt(old.length()));
          case 6 -> random.nextInt(64) == 0 ? piece.repeat(20_000) : piece.repeat(3);
          default -> piece;
        };
    text.replace(token.from(), token.to(), now);
  }

  @Override
  public boolean accepts(byte[] input) {
    try {
      Files.write(folder.resolve(file), input);
      return use.test(Tokenizers.load(folder));
    } catch (ModelFileException e) {
      if (!e.getMessage().startsWith(folder.toString()) || e.getMessage().lines().count() != 1) {
        throw new AssertionError("an error that does not name the file in one line", e);
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
