package dev.stellwerk.inference.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// What the tests of all tool-call formats share: functions, vocabularies, walks through masks.
final class FormatBench {
  static final List<String> TAGS = List.of("<tool_call>", "</tool_call>", "<think>", "</think>");
  static final List<String> KIMI =
      List.of(
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<think>",
          "</think>");
  static final List<String> HARMONY =
      List.of("<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>");

  static final List<Function> FUNCTIONS =
      List.of(
          function("now", "{'type':'object','properties':{}}"),
          function(
              "get_weather",
              "{'type':'object','properties':{'city':{'type':'string'},'unit':{'enum':['c','f']},"
                  + "'mode':{'type':'string','enum':['a b','true','']}},'required':['city']}"),
          function(
              "get",
              "{'type':'object','properties':{'n':{'type':'integer','minimum':-3},'on':"
                  + "{'type':'boolean'},'tags':{'type':'array','items':{'type':'string'},"
                  + "'maxItems':3},'deep':{'type':'object','properties':{'x':{'type':'number'}},"
                  + "'required':['x']}},'required':['n','deep']}"),
          function(
              "get_é",
              "{'type':'object','properties':{'code':{'type':'string','pattern':'^[A-Z]{2}$'},"
                  + "'short':{'type':'string','maxLength':4},'any':{'type':['string','null']},"
                  + "'ref':{'$ref':'#/$defs/r'}},'required':['code'],"
                  + "'$defs':{'r':{'type':'integer'}}}"));

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private FormatBench() {}

  /// A format over a vocabulary.
  record Subject(String name, TextTokenizer tokenizer, ToolCallFormat format, String template) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    for (String kind : List.of("control", "user-defined", "plain")) {
      List<String> tags = kind.equals("plain") ? List.of() : TAGS;
      for (Thinking thinking : Thinking.values()) {
        TextTokenizer tagged = new TextTokenizer(kind.equals("control"), tags, "<|im_end|>");
        String of = " " + kind + " " + thinking;
        all.add(
            new Subject(
                "hermes" + of, tagged, new HermesFormat(tagged, thinking, 4), "hermes.jinja"));
        all.add(
            new Subject("coder" + of, tagged, new CoderFormat(tagged, thinking, 4), "coder.jinja"));
        if (!kind.equals("plain")) {
          for (KimiK2Format.IdRule rule : KimiK2Format.IdRule.values()) {
            TextTokenizer kimi = new TextTokenizer(kind.equals("control"), KIMI, "<|im_end|>");
            var options = new KimiK2Format.Options(thinking, 4, rule, true);
            String template =
                switch (rule) {
                  case CONVERSATION -> "kimi-conversation.jinja";
                  case MESSAGE -> "kimi-message.jinja";
                  case CALLER -> "kimi-caller.jinja";
                };
            all.add(
                new Subject("kimi " + rule + of, kimi, new KimiK2Format(kimi, options), template));
          }
          TextTokenizer harmony =
              new TextTokenizer(kind.equals("control"), HARMONY, "<|return|>", "<|call|>");
          all.add(
              new Subject(
                  "harmony" + of, harmony, new HarmonyFormat(harmony, thinking), "harmony.jinja"));
        }
      }
    }
    return all.stream();
  }

  static Function function(String name, String schema) {
    return new Function(name, "Does " + name + ".", json(schema.replace('\'', '"')));
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static boolean isValid(FunctionCall call) {
    Function function =
        FUNCTIONS.stream().filter(f -> f.name().equals(call.name())).findFirst().orElseThrow();
    Schema schema = REGISTRY.getSchema(function.schema().toString(), InputFormat.JSON);
    return schema.validate(call.arguments().toString(), InputFormat.JSON).isEmpty();
  }

  /// A random turn that the masks allow, an end token last; empty when it did not end in time.
  static List<Integer> walk(Subject subject, Constraint constraint, Random random) {
    TokenMask mask = new TokenMask(subject.tokenizer.vocabularySize());
    List<Integer> turn = new ArrayList<>();
    int[] wanted = {};
    int at = 0;
    while (turn.size() < 1_500) {
      if (at == wanted.length) {
        String[] wishes = {
          "<tool_call>",
          "</tool_call>",
          "</think>",
          "<think>",
          "\n</parameter>\n",
          "\"}",
          "}",
          "</function>\n",
          "\n<tool_call>",
          "final",
          "commentary to=functions.get",
          "text"
        };
        wanted = subject.tokenizer.encodeText(wishes[random.nextInt(wishes.length)]).toArray();
        at = 0;
      }
      constraint.fill(mask);
      if (mask.count() == 0) {
        throw new AssertionError("nothing may follow " + turn);
      }
      int token = pick(subject, mask, random, wanted[at++], turn.size());
      if (!mask.allows(token)) {
        throw new AssertionError("picked what is not allowed");
      }
      constraint.accept(token);
      turn.add(token);
      if (subject.tokenizer.isEndOfGeneration(token)) {
        return turn;
      }
    }
    return List.of();
  }

  private static int pick(Subject subject, TokenMask mask, Random random, int wish, int length) {
    if (random.nextInt(4) > 0 && mask.allows(wish)) {
      return wish;
    }
    int last = mask.size() - 1;
    for (int tries = 0; tries < 3; tries++) { // the markers are last
      int marker = last - random.nextInt(10);
      boolean end = subject.tokenizer.isEndOfGeneration(marker);
      boolean early = end && length < 30 && random.nextInt(9) > 0;
      if (mask.allows(marker) && !early && random.nextInt(3) == 0) {
        return marker;
      }
    }
    int token = mask.next(random.nextInt(mask.size()));
    return token < 0 ? mask.next(0) : token;
  }

  static List<Part> parse(TurnParser parser, int[] tokens) {
    List<Part> parts = new ArrayList<>();
    for (int token : tokens) {
      parts.addAll(parser.accept(token));
    }
    parts.addAll(parser.finish());
    return joined(parts);
  }

  /// Texts that follow each other as one.
  private static List<Part> joined(List<Part> parts) {
    List<Part> joined = new ArrayList<>();
    for (Part part : parts) {
      Part last = joined.isEmpty() ? null : joined.getLast();
      if (part instanceof Part.Text(String more) && last instanceof Part.Text(String text)) {
        joined.set(joined.size() - 1, new Part.Text(text + more));
      } else if (part instanceof Part.Reasoning(String more)
          && last instanceof Part.Reasoning(String text)) {
        joined.set(joined.size() - 1, new Part.Reasoning(text + more));
      } else {
        joined.add(part);
      }
    }
    return joined;
  }

  static List<FunctionCall> calls(List<Part> parts) {
    List<FunctionCall> calls = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Part.CallComplete(FunctionCall call)) {
        calls.add(call);
      }
    }
    return calls;
  }
}
