package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.State;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.TokenMask;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An assistant turn as a walk from position to position. A position is immutable, so that taking
/// tokens back is forgetting the last ones.
///
/// @param <P> a position
abstract class TurnConstraint<P> implements Constraint {
  static final int[] NOTHING = {};

  final TokenIndex index;
  private final List<P> before = new ArrayList<>();
  private P position;

  TurnConstraint(TokenIndex index, P start) {
    this.index = index;
    this.position = start;
  }

  /// The position behind a token, an end token included, or null when it may not follow.
  abstract @Nullable P next(P at, int token);

  /// Makes the mask the set of tokens that may follow.
  abstract void fill(P at, TokenMask mask);

  /// Whether an end token may follow.
  abstract boolean complete(P at);

  /// Tokens that must follow; empty when there is a choice.
  abstract int[] forced(P at);

  @Override
  public final boolean fill(TokenMask mask) {
    fill(position, mask);
    return true;
  }

  @Override
  public final void accept(int token) {
    P next = next(position, token);
    if (next == null) {
      throw new IllegalArgumentException("token " + token + " is not allowed at " + position);
    }
    before.add(position);
    position = next;
  }

  @Override
  public final void rollback(int accepted) {
    if (accepted < 0 || accepted > before.size()) {
      throw new IllegalArgumentException(
          "cannot take back " + accepted + " of " + before.size() + " tokens");
    }
    if (accepted > 0) {
      List<P> last = before.subList(before.size() - accepted, before.size());
      position = last.getFirst();
      last.clear();
    }
  }

  @Override
  public final boolean complete() {
    return complete(position);
  }

  @Override
  public final int[] forced() {
    int start = before.size();
    int[] forced = new int[16];
    int count = 0;
    for (int[] some = forced(position); some.length > 0; some = forced(position)) {
      forced = Arrays.copyOf(forced, Math.max(forced.length, count + some.length));
      for (int token : some) {
        forced[count++] = token;
        accept(token);
      }
      if (count >= Automaton.FORCED_BYTES_MAX) {
        break;
      }
    }
    rollback(before.size() - start);
    return Arrays.copyOf(forced, count);
  }

  /// Forced text of an automaton: as the tokenizer spells it where it reaches to the automaton's
  /// end and a special token must follow, else while there is a single token to choose.
  final int[] forcedText(Automaton automaton, State state, boolean specialFollows) {
    byte[] text = specialFollows ? automaton.forced(state) : new byte[0];
    State end = text.length == 0 ? null : automaton.advance(state, text);
    if (end != null && automaton.accepts(end) && automaton.isLast(end)) {
      int[] spelled =
          index.tokenizer().encodeText(new String(text, StandardCharsets.UTF_8)).toArray();
      State reached = state;
      for (int i = 0; i < spelled.length && reached != null; i++) {
        reached = automaton.accept(reached, spelled[i]);
      }
      if (reached == end) {
        return spelled;
      }
    }
    return automaton.onlyToken(state);
  }

  /// A token's bytes as text of one char a byte, to be appended to what a position has kept.
  final String latin(int token) {
    return new String(index.tokenizer().bytes(token), StandardCharsets.ISO_8859_1);
  }

  static String utf8(String latin) {
    return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
