package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stellwerk.tools.Tool.Content;
import dev.stellwerk.tools.Tool.Result;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultLimitsTest {
  private static final ResultLimits LIMITS = new ResultLimits(10, 1_000, 4);

  @Test
  void cutsTextAcrossPartsAndNeverThroughACharacter() {
    var result =
        new Result.Success(
            "1",
            List.of(new Content.Text("12345678"), new Content.Text("😀x"), new Content.Text("z")),
            Optional.empty());
    var cut = assertInstanceOf(Result.Success.class, LIMITS.apply(result));
    assertEquals(
        List.of(
            new Content.Text("12345678"),
            new Content.Text("\n[Cut here: the first 0 of 5 bytes.]"),
            new Content.Text("\n[Cut here: the first 0 of 1 bytes.]")),
        cut.content());
  }

  @Test
  void refusesWhatIsNotText() {
    List<Content> parts = Collections.nCopies(5, new Content.Text("x"));
    List<Result> tooMuch =
        List.of(
            new Result.Success("1", parts, Optional.empty()),
            new Result.Success(
                "1", List.of(new Content.Binary("a/b", "x".repeat(1_000))), Optional.empty()),
            new Result.Success(
                "1",
                List.of(new Content.Link("u".repeat(1_001), "", Optional.empty())),
                Optional.empty()),
            new Result.Success(
                "1", List.of(), Optional.of(JsonNodeFactory.instance.textNode("x".repeat(1_000)))));
    for (Result result : tooMuch) {
      var failure = assertInstanceOf(Result.Failure.class, LIMITS.apply(result));
      assertEquals(Tool.Reason.INVALID_RESULT, failure.reason());
    }
  }

  @Test
  void measuresDeepJsonWithoutAStack() {
    ArrayNode deep = JsonNodeFactory.instance.arrayNode();
    ArrayNode inner = deep;
    for (int i = 0; i < 100_000; i++) {
      inner = inner.addArray();
    }
    var result = new Result.Success("1", List.of(), Optional.of(deep));
    assertInstanceOf(Result.Failure.class, LIMITS.apply(result));
  }

  @Test
  void shortensTheMessageOfAFailure() {
    var failure = new Result.Failure("1", Tool.Reason.TOOL_ERROR, "x".repeat(1 << 20), true);
    var cut = assertInstanceOf(Result.Failure.class, LIMITS.apply(failure));
    assertTrue(cut.message().length() <= 10);
    assertTrue(cut.retryable());
    assertEquals(Tool.Reason.TOOL_ERROR, cut.reason());
  }

  @Test
  void utf8LengthIsExact() {
    for (String text : List.of("", "a", "é", "€", "😀", "a😀é€")) {
      assertEquals(
          text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length, Utf8.length(text), text);
    }
  }

  @Test
  void smallResultsKeepTheirParts() {
    var result =
        new Result.Success(
            "1",
            List.of(
                new Content.Text("hi"),
                new Content.Binary("image/png", "AAAA"),
                new Content.Link("file:///x", "x", Optional.empty())),
            Optional.empty());
    assertEquals(result, LIMITS.apply(result));
    assertEquals("hi\n[image/png, 3 bytes, not shown]\n[x: file:///x]", ResultText.of(result));
    assertSame(result, result.withCallId("1"));
  }
}
