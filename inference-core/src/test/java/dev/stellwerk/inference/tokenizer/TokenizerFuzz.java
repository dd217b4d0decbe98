package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/// One fuzz input as a tokenizer's file: loaded and used, or refused with a message; never a crash
/// or a hang.
///
/// The first byte chooses the kind of file, and whether the rest is the file, or changes to a sound
/// one: three bytes each, where and what.
public final class TokenizerFuzz {
  private static final long MILLIS_MAX = 20_000;
  private static final int KINDS = 5;
  private static final String TEXT = "It's 1999: <|im_end|> über 信号 \uD83E\uDD99\n\n  x";

  private static final Path FOLDER = folder();
  private static final byte[] JSON = text(TokenizerDirectoryTest.json(FOLDER).toString());
  private static final byte[] RANKS = text(TokenizerDirectoryTest.ranks("ab", "é", "信"));
  private static final byte[] SETTINGS =
      text(
          "{\"tokenizer_class\": \"TikTokenTokenizer\", \"eos_token\": \"[EOS]\","
              + " \"added_tokens_decoder\": {\"259\": {\"content\": \"[EOS]\", \"special\": true}}}");
  private static final byte[] BYTE_LEVEL = SmallVocabulary.writer("qwen2").toBytes();
  private static final byte[] PIECES = SentencePieceTokenizerTest.writer(true).toBytes();

  private TokenizerFuzz() {}

  /// Throws when the input is neither refused nor usable in time.
  public static void one(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int kind = (input[0] & 0xFF) % (2 * KINDS);
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    CpuTime time = new CpuTime();
    try {
      use(load(kind % KINDS, rest, kind >= KINDS));
    } catch (ModelFileException e) {
      Objects.requireNonNull(e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    time.assertAtMost(MILLIS_MAX, "kind " + kind);
  }

  private static Tokenizer load(int kind, byte[] rest, boolean changes) throws IOException {
    return switch (kind) {
      case 0 -> {
        write("json/tokenizer.json", changes ? change(JSON, rest) : rest);
        yield Tokenizers.load(FOLDER.resolve("json"));
      }
      case 1 -> {
        write("kimi/tiktoken.model", changes ? change(RANKS, rest) : rest);
        write("kimi/tokenizer_config.json", SETTINGS);
        yield Tokenizers.load(FOLDER.resolve("kimi"));
      }
      case 2 -> {
        write("kimi/tiktoken.model", RANKS);
        write("kimi/tokenizer_config.json", changes ? change(SETTINGS, rest) : rest);
        yield Tokenizers.load(FOLDER.resolve("kimi"));
      }
      case 3 -> gguf(changes ? change(BYTE_LEVEL, rest) : rest);
      default -> gguf(changes ? change(PIECES, rest) : rest);
    };
  }

  private static Tokenizer gguf(byte[] bytes) throws IOException {
    try (Gguf gguf = Gguf.open(write("v.gguf", bytes))) {
      return Tokenizers.load(gguf);
    }
  }

  private static byte[] change(byte[] sound, byte[] changes) {
    byte[] changed = sound.clone();
    for (int i = 0; i + 2 < changes.length; i += 3) {
      int at = (((changes[i] & 0xFF) << 8) | (changes[i + 1] & 0xFF)) * 31 % changed.length;
      changed[at] = changes[i + 2];
    }
    return changed;
  }

  private static void use(Tokenizer tokenizer) {
    int[] ids = tokenizer.encodePrompt(TEXT).toArray();
    int[] rendered = tokenizer.encodeRendered(tokenizer.neutralise(TEXT)).toArray();
    StreamingDecoder decoder = tokenizer.decoder();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      decoder.accept(id);
      bytes.writeBytes(tokenizer.bytes(id));
    }
    decoder.finish();
    for (int id : rendered) {
      if (tokenizer.isControl(id)) {
        throw new AssertionError("untrusted text became control token " + tokenizer.piece(id));
      }
    }
  }

  private static Path write(String name, byte[] bytes) throws IOException {
    Path file = FOLDER.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.write(file, bytes);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("tokenizer-fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
