package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A generation that is one text of a grammar, for instance one JSON value, and then ends.
public final class SchemaConstraint implements Constraint {
  private static final int[] NOTHING = {};

  private final Automaton automaton;
  private final TokenIndex index;
  private final List<State> before = new ArrayList<>();
  private @Nullable State state; // null: ended

  public SchemaConstraint(Automaton automaton) {
    this.automaton = automaton;
    this.index = automaton.index();
    this.state = automaton.start();
  }

  @Override
  public boolean fill(TokenMask mask) {
    State at = state;
    if (at == null) {
      mask.clear();
      return true;
    }
    automaton.fill(at, mask);
    if (automaton.accepts(at)) {
      mask.union(index.end());
    }
    return true;
  }

  @Override
  public void accept(int token) {
    State at = state;
    if (at == null) {
      throw new IllegalArgumentException("token " + token + " after the end");
    }
    State next = null;
    if (!index.isEnd(token)) {
      next = automaton.accept(at, token);
      if (next == null) {
        throw new IllegalArgumentException("token " + token + " is not allowed here");
      }
    } else if (!automaton.accepts(at)) {
      throw new IllegalArgumentException("the text is not complete");
    }
    before.add(at);
    state = next;
  }

  @Override
  public void rollback(int tokens) {
    if (tokens < 0 || tokens > before.size()) {
      throw new IllegalArgumentException(
          "cannot take back " + tokens + " of " + before.size() + " tokens");
    }
    if (tokens > 0) {
      List<State> last = before.subList(before.size() - tokens, before.size());
      state = last.getFirst();
      last.clear();
    }
  }

  @Override
  public boolean complete() {
    return state != null && automaton.accepts(state);
  }

  @Override
  public int[] forced() {
    State at = state;
    return at == null ? NOTHING : automaton.onlyToken(at);
  }
}
