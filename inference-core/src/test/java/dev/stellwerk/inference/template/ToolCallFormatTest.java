package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.User;
import dev.stellwerk.inference.template.FormatBench.Subject;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import dev.stellwerk.inference.template.TurnParser.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every tool-call format has to do, over vocabularies in which its markers are control
/// tokens, user-defined tokens and plain text.
class ToolCallFormatTest {
  private static final int RUNS = 60;

  private static List<Subject> subjects() {
    return FormatBench.subjects().toList();
  }

  /// Whatever the masks let through is read as valid calls of offered functions, as many as the
  /// choice says, however the stream is cut.
  @ParameterizedTest
  @MethodSource("subjects")
  void randomTurnsAreValid(Subject subject) {
    Random random = new Random(11);
    int ended = 0;
    int made = 0;
    for (int run = 0; run < RUNS; run++) {
      Choice choice =
          switch (run % 5) {
            case 0 -> new Choice.None();
            case 1 -> new Choice.Required();
            case 2 -> new Choice.Named(FormatBench.FUNCTIONS.get(run % 4).name());
            default -> new Choice.Auto();
          };
      boolean parallel = random.nextBoolean();
      Constraint constraint =
          subject.format().constraint(FormatBench.FUNCTIONS, choice, parallel, run);
      List<Integer> turn = FormatBench.walk(subject, constraint, random);
      int[] tokens = turn.stream().mapToInt(Integer::intValue).toArray();
      List<FunctionCall> calls = checkedCalls(subject, tokens, run);
      if (turn.isEmpty()) {
        continue;
      }
      ended++;
      made += calls.size();
      boolean must = choice instanceof Choice.Required || choice instanceof Choice.Named;
      String told = subject + " " + choice + ": " + calls;
      assertTrue(!must || !calls.isEmpty(), told);
      assertTrue(!(choice instanceof Choice.None) || calls.isEmpty(), told);
      assertTrue(calls.size() <= (parallel ? 4 : 1), told);
      if (choice instanceof Choice.Named(String name)) {
        assertEquals(List.of(name), calls.stream().map(FunctionCall::name).toList(), told);
      }
      constraint.rollback(tokens.length);
      for (int token : tokens) {
        constraint.accept(token);
      }
    }
    assertTrue(ended > RUNS / 2 && made > RUNS / 4, ended + " turns ended, " + made + " calls");
  }

  /// The calls of a turn, checked: valid, numbered, and read alike from single bytes.
  private static List<FunctionCall> checkedCalls(Subject subject, int[] tokens, int first) {
    List<Part> parts = parse(subject, tokens, first);
    int[] bytes = bytewise(subject, tokens);
    assertEquals(parts, parse(subject, bytes, first), subject.name());
    Set<String> ids = new HashSet<>();
    for (FunctionCall call : FormatBench.calls(parts)) {
      assertTrue(FormatBench.isValid(call), () -> subject + ": " + call);
      assertTrue(ids.add(call.id()), call.id());
    }
    return FormatBench.calls(parts);
  }

  private static int[] bytewise(Subject subject, int[] tokens) {
    List<Integer> bytes = new ArrayList<>();
    for (int token : tokens) {
      for (int b : subject.tokenizer().bytewise(token)) {
        bytes.add(b);
      }
    }
    return bytes.stream().mapToInt(Integer::intValue).toArray();
  }

  private static List<Part> parse(Subject subject, int[] tokens, int first) {
    return FormatBench.parse(subject.format().parser(FormatBench.FUNCTIONS, first), tokens);
  }

  private static final List<FunctionCall> CALLS =
      List.of(
          call("get_weather", "{\"city\":\"Zürich\\n\\\"<b>\\\" {}[]\",\"unit\":\"c\"}"),
          call("get", "{\"n\":3,\"tags\":[\"a\",\"}\"],\"deep\":{\"x\":0.5}}"),
          call("now", "{}"));

  private static FunctionCall call(String name, String arguments) {
    return new FunctionCall("c", name, FormatBench.json(arguments));
  }

  /// What the template writes for a call, the masks allow and the parser reads back.
  @ParameterizedTest
  @MethodSource("subjects")
  void readsWhatItsTemplateWrites(Subject subject) throws IOException {
    boolean harmony = subject.name().startsWith("harmony");
    // Where tags are plain text, one token may end a call and begin the next; masks keep them
    // apart.
    boolean one = harmony || subject.name().contains("plain");
    List<FunctionCall> calls = new ArrayList<>();
    for (FunctionCall call : one ? CALLS.subList(0, 1) : CALLS) {
      String id = "functions." + call.name() + ":" + calls.size();
      calls.add(new FunctionCall(id, call.name(), call.arguments()));
    }
    String rendered = turn(subject.template(), calls);
    boolean opened = subject.name().endsWith("OPENED") && !subject.name().startsWith("harmony");
    boolean caller = subject.name().startsWith("kimi CALLER");
    if (caller && subject.name().endsWith("NONE")) {
      return; // that template always writes reasoning
    }
    String written =
        opened && !caller
            ? "so</think>" + rendered
            : caller && opened ? rendered.substring(7) : rendered;
    int[] tokens = subject.tokenizer().encodeRendered(written).toArray();
    List<FunctionCall> read = FormatBench.calls(parse(subject, tokens, 0));
    assertEquals(calls.size(), read.size(), rendered);
    for (int i = 0; i < calls.size(); i++) {
      assertEquals(calls.get(i).name(), read.get(i).name());
      assertEquals(calls.get(i).arguments().toString(), read.get(i).arguments().toString());
    }
    if (!harmony) { // gpt-oss writes a call's recipient in the channel, its template in the role
      accepts(subject, tokens);
    }
  }

  private static void accepts(Subject subject, int[] tokens) {
    Constraint constraint =
        subject.format().constraint(FormatBench.FUNCTIONS, new Choice.Auto(), true, 0);
    TokenMask mask = new TokenMask(subject.tokenizer().vocabularySize());
    for (int i = 0; i < tokens.length; i++) {
      constraint.fill(mask);
      int at = i;
      assertTrue(
          mask.allows(tokens[i]),
          () -> subject + ": token " + at + " of " + Arrays.toString(tokens));
      constraint.accept(tokens[i]);
    }
  }

  /// The assistant's part of a rendering, its end token included.
  private static String turn(String name, List<FunctionCall> calls) throws IOException {
    JinjaChatTemplate template = JinjaChatTemplate.of(source(name), Map.of(), Clock.systemUTC());
    List<ChatMessage> asked = List.of(new User("Go."));
    String prompt = template.render(asked, FormatBench.FUNCTIONS, !name.contains("caller"));
    List<ChatMessage> all = new ArrayList<>(asked);
    all.add(new Assistant("Well.", calls));
    String whole = template.render(all, FormatBench.FUNCTIONS, false);
    if (name.contains("caller")) {
      prompt += "<|im_assistant|>assistant<|im_middle|>";
    }
    assertTrue(whole.startsWith(prompt), whole);
    String turn = whole.substring(prompt.length());
    return turn.endsWith("\n") ? turn.substring(0, turn.length() - 1) : turn;
  }

  private static String source(String name) throws IOException {
    try (InputStream in = ToolCallFormatTest.class.getResourceAsStream("/templates/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
