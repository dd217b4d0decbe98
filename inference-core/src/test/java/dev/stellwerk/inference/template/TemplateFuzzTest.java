package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A short run of [TemplateFuzz]; the long one is a harness of its own.
class TemplateFuzzTest {
  @Test
  void randomAndMutatedTemplates() {
    Random random = new Random(7);
    int refused = 0;
    int inputs = 6_000;
    for (int i = 0; i < inputs; i++) {
      byte[] input = new byte[random.nextInt(60)];
      random.nextBytes(input);
      TemplateFuzz.one(input);
      try {
        JinjaChatTemplate.of(TemplateFuzz.source(input), Map.of(), Clock.systemUTC());
      } catch (TemplateException e) {
        refused++;
      }
    }
    int count = inputs - refused;
    assertTrue(count > inputs / 20, () -> "only " + count + " of them were templates");
  }
}
