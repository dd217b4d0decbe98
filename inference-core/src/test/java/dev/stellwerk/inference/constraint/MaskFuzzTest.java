package dev.stellwerk.inference.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.KeyOrder;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.Options;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The oracle: what masks let through must satisfy an independent validator, and what was let
/// through must be let through again however it is cut into tokens.
///
/// `-Dstellwerk.fuzz.steps=1000000` runs longer, `-Dstellwerk.fuzz.seed` elsewhere.
class MaskFuzzTest {
  private static final int WALK_TOKENS_MAX = 400;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final long seed = Long.getLong("stellwerk.fuzz.seed", 20_261_123L);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final ListedTokenizer tokenizer = ListedTokenizer.small();
  private final TokenIndex index = TokenIndex.of(tokenizer);
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private long steps;
  private int finished;
  private int refused;
  private int cutOff;

  @Test
  void masksAgreeWithAValidator() throws JsonProcessingException {
    long wanted = Long.getLong("stellwerk.fuzz.steps", 30_000L);
    RandomSchemas schemas = new RandomSchemas(random);
    while (steps < wanted) {
      JsonNode schema = schemas.next();
      Options options =
          new Options(
              random.nextInt(4) == 0,
              random.nextInt(4) == 0,
              random.nextBoolean() ? KeyOrder.ANY : KeyOrder.DECLARED);
      Grammar grammar;
      try {
        grammar = new JsonSchemaCompiler(options).compile(schema);
      } catch (UnsupportedSchemaException e) {
        refused++;
        steps++; // so that refusals alone cannot keep the loop going
        continue;
      }
      Automaton automaton = new Automaton(grammar, index);
      Schema validator = registry.getSchema(schema.toString(), InputFormat.JSON);
      for (int walk = 0; walk < 4; walk++) {
        walk(schema, automaton, validator);
      }
    }
    System.out.printf(
        "fuzz: seed %d, %d steps, %d instances valid and re-read, %d walks cut off, %d schemas refused%n",
        seed, steps, finished, cutOff, refused);
    assertTrue(finished > wanted / 500, "too few walks came to an end: " + finished);
  }

  private void walk(JsonNode schema, Automaton automaton, Schema validator)
      throws JsonProcessingException {
    SchemaConstraint constraint = new SchemaConstraint(automaton);
    TokenMask mask = new TokenMask(index.size());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int taken = 0;
    // Long walks prefer tokens that close something, so that most come to an end.
    boolean hurried = random.nextInt(4) > 0;
    while (true) {
      int[] forced = constraint.forced();
      constraint.fill(mask);
      steps++;
      assertTrue(mask.count() > 0, () -> "dead end in " + schema + " after " + text);
      boolean mayEnd = mask.allows(tokenizer.special("<|im_end|>").orElseThrow());
      assertEquals(constraint.complete(), mayEnd);
      if (mayEnd && (mask.count() == 1 || random.nextInt(3) == 0)) {
        break;
      }
      if (taken++ == WALK_TOKENS_MAX) {
        cutOff++;
        return;
      }
      int token = forced.length > 0 ? forced[0] : pick(mask, hurried);
      if (!index.isEnd(token)) {
        constraint.accept(token);
        text.writeBytes(tokenizer.bytes(token));
      }
    }
    finished++;
    String instance = text.toString(StandardCharsets.UTF_8);
    JSON.readTree(instance);
    var errors = validator.validate(instance, InputFormat.JSON);
    assertTrue(errors.isEmpty(), () -> schema + " does not admit " + instance + ": " + errors);
    accepts(schema, automaton, text.toByteArray(), greedy(instance));
    accepts(schema, automaton, text.toByteArray(), anyTokens(text.toByteArray()));
  }

  private int pick(TokenMask mask, boolean hurried) {
    int at = random.nextInt(mask.count());
    int token = mask.next(0);
    for (; at > 0; at--) {
      token = mask.next(token + 1);
    }
    if (hurried && random.nextBoolean()) {
      for (char c : "\"}]0,:".toCharArray()) {
        if (mask.allows(c) && random.nextInt(3) > 0) {
          return c;
        }
      }
    }
    return token;
  }

  private List<Integer> greedy(String text) {
    List<Integer> tokens = new ArrayList<>();
    for (int token : tokenizer.encodeText(text).toArray()) {
      tokens.add(token);
    }
    return tokens;
  }

  /// A random segmentation.
  private List<Integer> anyTokens(byte[] text) {
    List<Integer> tokens = new ArrayList<>();
    for (int at = 0; at < text.length; ) {
      int token = random.nextInt(index.size());
      byte[] bytes = tokenizer.bytes(token);
      for (int tries = 0; !fits(bytes, text, at); tries++) {
        token = tries < 200 ? random.nextInt(index.size()) : text[at] & 0xff;
        bytes = tokenizer.bytes(token);
      }
      tokens.add(token);
      at += bytes.length;
    }
    return tokens;
  }

  private static boolean fits(byte[] token, byte[] text, int at) {
    for (int i = 0; i < token.length; i++) {
      if (at + i >= text.length || text[at + i] != token[i]) {
        return false;
      }
    }
    return token.length > 0;
  }

  /// Every token must be in its mask; a rollback on the way must change nothing.
  private void accepts(JsonNode schema, Automaton automaton, byte[] text, List<Integer> tokens) {
    SchemaConstraint constraint = new SchemaConstraint(automaton);
    TokenMask mask = new TokenMask(index.size());
    int back = random.nextInt(tokens.size() + 1);
    for (int i = 0; i < tokens.size(); i++) {
      int token = tokens.get(i);
      constraint.fill(mask);
      steps++;
      int at = i;
      assertTrue(
          mask.allows(token),
          () -> schema + ": token " + at + " of " + new String(text, StandardCharsets.UTF_8));
      constraint.accept(token);
    }
    assertTrue(constraint.complete());
    constraint.rollback(back);
    for (int token : tokens.subList(tokens.size() - back, tokens.size())) {
      constraint.accept(token);
    }
    assertTrue(constraint.complete());
  }
}
