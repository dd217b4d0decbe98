package dev.stellwerk.inference.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// TinyLlama-1.1B, a real model with foreign weights, generates what llama.cpp generates.
///
/// The file is not in the repository: `-Dstellwerk.tinyllama=FILE`; the README of `src/test/parity`
/// says where it is from.
///
/// One pass over a prompt and the reference's tokens has the logits of greedy generation up to the
/// first token that differs, for in the default mode a token's logits do not depend on the batch.
class TinyLlamaTest {
  /// Two tokens whose logits differ by so little, as a share of the greatest logit, may change
  /// places.
  private static final double TIE = 1e-2;

  @Test
  void generatesTheTokensThatLlamaCppGenerates() throws IOException {
    String property = System.getProperty("stellwerk.tinyllama");
    if (property == null) {
      System.out.println("not run: TinyLlama-1.1B (set -Dstellwerk.tinyllama)");
      return;
    }
    Path file = Path.of(property);
    JsonNode golden = golden();
    assertEquals(
        golden.get("modelSha256").asText(), TinyModel.sha256(Files.readAllBytes(file)), "the file");
    for (JsonNode each : golden.get("generations")) {
      checkIds(file, each);
      compare(file, each);
    }
  }

  private static void checkIds(Path file, JsonNode generation) {
    try (Gguf gguf = Gguf.open(file)) {
      Tokenizer tokenizer = Tokenizers.load(gguf);
      String prompt = generation.get("prompt").asText();
      assertArrayEquals(
          ints(generation.get("ids")), tokenizer.encodePrompt(prompt).toArray(), prompt);
    }
  }

  private static void compare(Path file, JsonNode generation) {
    int[] prompt = ints(generation.get("ids"));
    int[] tokens = ints(generation.get("tokens"));
    int[] fed = IntStream.concat(IntStream.of(prompt), IntStream.of(tokens)).toArray();
    String backend = Backends.available().getFirst();
    float[][] logits = Forward.logits(file, () -> Backends.open(backend, 2), fed, fed.length);

    int same = 0;
    int first = tokens.length;
    double squares = 0;
    int compared = 0;
    for (int step = 0; step < tokens.length; step++) {
      float[] row = logits[prompt.length - 1 + step];
      boolean agrees = best(row) == tokens[step];
      same += agrees ? 1 : 0;
      first = agrees ? first : Math.min(first, step);
      for (JsonNode pair : generation.get("best").get(step)) {
        double error = row[pair.get(0).asInt()] - pair.get(1).asDouble();
        squares += error * error;
        compared++;
      }
    }
    double rms = Math.sqrt(squares / compared);
    System.out.printf(
        "%-48s same greedy tokens: %d of %d; same best token on its path: %d; RMS of the best five"
            + " logits' differences %.2f%n",
        generation.get("prompt").toString(), first, tokens.length, same, rms);
    if (first < tokens.length) {
      explain(logits[prompt.length - 1 + first], generation.get("best").get(first), first);
    }
  }

  /// The reference's own lead of its token over ours must be next to nothing.
  private static void explain(float[] row, JsonNode top, int step) {
    int ours = best(row);
    int theirs = top.get(0).get(0).asInt();
    double lead = Double.POSITIVE_INFINITY;
    for (JsonNode pair : top) {
      if (pair.get(0).asInt() == ours) {
        lead = top.get(0).get(1).asDouble() - pair.get(1).asDouble();
      }
    }
    double greatest = top.get(0).get(1).asDouble();
    System.out.printf(
        "  step %d: llama.cpp has %d before %d by %.4f of %.2f, we %d before %d by %.4f%n",
        step, theirs, ours, lead, greatest, ours, theirs, row[ours] - row[theirs]);
    assertTrue(lead <= TIE * greatest, "step " + step + ": the reference leads by " + lead);
  }

  private static int best(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static int[] ints(JsonNode values) {
    return IntStream.range(0, values.size()).map(i -> values.get(i).asInt()).toArray();
  }

  private static JsonNode golden() {
    try (InputStream in = TinyLlamaTest.class.getResourceAsStream("/parity/tinyllama.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
