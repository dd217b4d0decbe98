package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A format whose calls stand between `<tool_call>` and `</tool_call>`; subclasses know what is
/// between them. Thread-safe; one a tokenizer.
abstract class TaggedFormat implements ToolCallFormat {
  final TokenIndex index;
  final TaggedMarkers markers;
  private final TaggedTurn.Shared shared;
  private final Thinking thinking;
  private final int callsMax;

  TaggedFormat(Tokenizer tokenizer, Thinking thinking, int callsMax) {
    if (callsMax < 1) {
      throw new IllegalArgumentException("callsMax " + callsMax + " is below 1");
    }
    this.thinking = requireNonNull(thinking, "thinking");
    this.callsMax = callsMax;
    this.markers = TaggedMarkers.of(tokenizer);
    this.index = TokenIndex.of(tokenizer, markers.tokens());
    this.shared = TaggedTurn.Shared.of(index, markers);
  }

  /// How a call of one of these functions begins.
  ///
  /// @param before what stands before it, one of these
  abstract CallPiece call(List<Function> offered, List<String> before);

  /// How the text of a call is read.
  abstract CallReader reader(List<Function> functions);

  @Override
  public Constraint constraint(
      List<Function> functions, Choice choice, boolean parallel, int firstCallIndex) {
    List<Function> offered = Offer.of(functions, choice);
    TaggedTurn.@Nullable Calls calls = offered.isEmpty() ? null : calls(offered);
    int most = Offer.callsMax(choice, parallel, callsMax);
    return new TaggedConstraint(
        new TaggedTurn(shared, thinking, calls, Offer.mustCall(choice), most));
  }

  private TaggedTurn.Calls calls(List<Function> offered) {
    CallPiece tagged = call(offered, List.of(""));
    if (markers.callBegin().isToken()) {
      return new TaggedTurn.Calls(tagged, null, null);
    }
    String tag = markers.callBegin().text();
    return new TaggedTurn.Calls(
        tagged,
        call(offered, List.of(tag, "\n" + tag, "\n\n" + tag)),
        call(offered, List.of("\n" + tag)));
  }

  @Override
  public TurnParser parser(List<Function> functions, int firstCallIndex) {
    return new TaggedParser(
        index.tokenizer(), markers, reader(functions), thinking, firstCallIndex);
  }

  /// What a call's text ends with: the closing tag where it is plain text.
  final String closing() {
    return markers.callEnd().spelling();
  }
}
