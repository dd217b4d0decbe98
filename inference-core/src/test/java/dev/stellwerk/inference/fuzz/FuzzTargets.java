package dev.stellwerk.inference.fuzz;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.format.TensorInfo;
import dev.stellwerk.inference.inspect.ModelInspector;
import dev.stellwerk.inference.template.TemplateFuzz;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.util.List;
import java.util.SplittableRandom;

/// Everything that is fuzzed.
final class FuzzTargets {
  private static final String KIMI = "{\"tokenizer_class\": \"TikTokenTokenizer\"}";
  private static final String TEXT =
      "The signal <|im_end|><s></s> ist ge\u00FCbt: 信号 12345 I'LL \uD83D\uDE00\t\r\n  x<think>";

  private FuzzTargets() {}

  static List<FuzzTarget> all() {
    return List.of(
        new GgufTarget("gguf", 10, FuzzBases.headers(), FuzzTargets::touch),
        new GgufTarget("model", 3, FuzzBases.models(), FuzzTargets::describe),
        new GgufTarget("tokenizer", 2, FuzzBases.tokenizers(), FuzzTargets::tokenize),
        new FolderTarget("tokenizer.json", 2, FuzzBases.tokenizerJson(), "", FuzzTargets::tokenize),
        new FolderTarget("tiktoken.model", 1, FuzzBases.tiktoken(), KIMI, FuzzTargets::tokenize),
        new TemplateTarget());
  }

  /// Asks for everything that a file offers.
  private static boolean touch(Gguf gguf) {
    for (String key : gguf.keys()) {
      quietly(() -> gguf.string(key));
      quietly(() -> gguf.integer(key));
      quietly(() -> gguf.number(key));
      quietly(() -> gguf.flag(key));
      quietly(() -> gguf.strings(key).ifPresent(List::copyOf));
      quietly(() -> gguf.integers(key));
      quietly(() -> gguf.numbers(key));
    }
    for (TensorInfo tensor : gguf.tensors().values()) {
      if (gguf.data(tensor).byteSize() != tensor.bytes()) {
        throw new AssertionError("a tensor of another length than said");
      }
    }
    return true;
  }

  /// Loads the model, if it is one.
  private static boolean describe(Gguf gguf) {
    return ModelInspector.report(gguf).memory().kvBytes().isPresent();
  }

  /// Loads the tokenizer, and turns text into tokens and back.
  private static boolean tokenize(Gguf gguf) {
    return tokenize(Tokenizers.load(gguf));
  }

  private static boolean tokenize(Tokenizer tokenizer) {
    for (Tokens tokens :
        List.of(
            tokenizer.encodeText(TEXT),
            tokenizer.encodeRendered(TEXT),
            tokenizer.encodeRendered(tokenizer.neutralise(TEXT)))) {
      StreamingDecoder decoder = tokenizer.decoder();
      for (int i = 0; i < tokens.size(); i++) {
        decoder.accept(tokens.get(i));
      }
      decoder.finish();
    }
    return true;
  }

  private static void quietly(Runnable access) {
    try {
      access.run();
    } catch (ModelFileException e) {
      if (e.getMessage().isEmpty()) {
        throw new AssertionError("an error without a message", e);
      }
    }
  }

  /// Chat templates; the inputs are made as [TemplateFuzz] says.
  private static final class TemplateTarget implements FuzzTarget {
    private static final int INPUT_BYTES_MAX = 60;

    @Override
    public String name() {
      return "template";
    }

    @Override
    public int weight() {
      return 5;
    }

    @Override
    public long allocatedBytesMax() {
      return 1L << 30;
    }

    @Override
    public long cpuMillisMax() {
      return 20_000;
    }

    @Override
    public byte[] input(SplittableRandom random) {
      byte[] input = new byte[random.nextInt(INPUT_BYTES_MAX)];
      random.nextBytes(input);
      return input;
    }

    @Override
    public boolean accepts(byte[] input) {
      return TemplateFuzz.one(input);
    }
  }
}
