package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.State;
import dev.stellwerk.inference.constraint.TokenMask;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One assistant turn whose calls stand between tags. A tag may be a special token or plain text;
/// plain text is noticed while free text is written, byte by byte.
///
/// ```
/// THINK <-> TEXT -> CALL -> CLOSING -> CALLED -> CALL, or
///  '-----> OPENING --^                   '----> ENDED
/// ```
final class TaggedConstraint extends TurnConstraint<TaggedConstraint.Position> {
  enum Phase {
    THINK,
    TEXT,
    /// A call must begin, perhaps behind line breaks.
    OPENING,
    /// Inside a call.
    CALL,
    /// The token that ends a call must follow.
    CLOSING,
    /// A call has ended.
    CALLED,
    ENDED
  }

  /// @param calls how many have begun
  /// @param read how much of the tag that ends the phase the text ends with
  /// @param thinkRead the same of the tag that begins reasoning
  /// @param state of the piece, or of what leads to the next call
  /// @param written the text of the piece, or of what leads to the next call
  record Position(
      Phase phase,
      int calls,
      int read,
      int thinkRead,
      @Nullable CallPiece piece,
      @Nullable State state,
      String written) {
    static Position at(Phase phase, int calls) {
      return new Position(phase, calls, 0, 0, null, null, "");
    }
  }

  private static final byte[] NO_BYTES = {};

  private final TaggedTurn turn;
  private final TaggedTurn.Shared shared;
  private final TaggedMarkers markers;

  TaggedConstraint(TaggedTurn turn) {
    super(turn.shared().index(), start(turn));
    this.turn = turn;
    this.shared = turn.shared();
    this.markers = shared.markers();
  }

  private static Position start(TaggedTurn turn) {
    return turn.thinking() == Thinking.OPENED ? Position.at(Phase.THINK, 0) : answer(turn);
  }

  /// Where the turn goes on without reasoning.
  private static Position answer(TaggedTurn turn) {
    if (!turn.mustCall()) {
      return Position.at(Phase.TEXT, 0);
    }
    CallPiece opening = turn.calls() == null ? null : turn.calls().opening();
    State start = opening == null ? turn.shared().opening().start() : opening.automaton().start();
    return new Position(Phase.OPENING, 0, 0, 0, opening, start, "");
  }

  @Override
  boolean complete(Position at) {
    return at.phase == Phase.TEXT || (at.phase == Phase.CALLED && at.written.isEmpty());
  }

  @Override
  void fill(Position at, TokenMask mask) {
    switch (at.phase) {
      case THINK, TEXT -> free(at, mask);
      case CALL, OPENING, CALLED -> {
        Automaton automaton = automaton(at);
        if (automaton == null || at.state == null) {
          mask.clear();
        } else {
          automaton.fill(at.state, mask);
        }
      }
      case CLOSING, ENDED -> mask.clear();
    }
    for (int marker : markers.tokens()) {
      if (behind(at, marker) != null) {
        mask.allow(marker);
      }
    }
    if (complete(at)) {
      mask.union(index.end());
    }
  }

  /// Any text, but for tokens in which a plain tag would become complete where it may not.
  private void free(Position at, TokenMask mask) {
    mask.copyFrom(index.text());
    TextTrigger ends = at.phase == Phase.THINK ? shared.thinkEndText() : shared.callText();
    if (ends != null) {
      for (int token : ends.completing(at.read)) {
        forbidUnless(at, token, mask);
      }
    }
    if (at.phase == Phase.TEXT && shared.thinkText() != null) {
      for (int token : shared.thinkText().completing(at.thinkRead)) {
        forbidUnless(at, token, mask);
      }
    }
  }

  private void forbidUnless(Position at, int token, TokenMask mask) {
    if (text(at, index.tokenizer().bytes(token)) == null) {
      mask.forbid(token);
    }
  }

  @Override
  int[] forced(Position at) {
    Automaton automaton = automaton(at);
    if (at.phase == Phase.CLOSING) {
      return new int[] {markers.callEnd().token()};
    }
    if (automaton == null || at.state == null || complete(at)) {
      return NOTHING;
    }
    if (at.piece == null && automaton.isLast(at.state)) {
      return new int[] {markers.callBegin().token()};
    }
    if (at.piece == null || (at.phase == Phase.OPENING && turn.thinking() == Thinking.ALLOWED)) {
      return NOTHING; // the tag, a line break or reasoning may follow
    }
    boolean specialFollows = at.piece != null && isFinal(at.piece) && markers.callEnd().isToken();
    return forcedText(automaton, at.state, specialFollows);
  }

  private static boolean isFinal(CallPiece piece) {
    return !piece.decides() && piece.then("") == null;
  }

  private @Nullable Automaton automaton(Position at) {
    if (at.piece != null) {
      return at.piece.automaton();
    }
    return switch (at.phase) {
      case OPENING -> shared.opening();
      case CALLED -> shared.between();
      case THINK, TEXT, CALL, CLOSING, ENDED -> null;
    };
  }

  @Override
  @Nullable Position next(Position at, int token) {
    if (index.isEnd(token)) {
      return complete(at) ? Position.at(Phase.ENDED, at.calls) : null;
    }
    if (!index.isText(token)) {
      return behind(at, token);
    }
    if (at.phase == Phase.THINK || at.phase == Phase.TEXT) {
      return text(at, index.tokenizer().bytes(token));
    }
    Automaton automaton = automaton(at);
    State next = automaton == null || at.state == null ? null : automaton.accept(at.state, token);
    if (next == null) {
      return null;
    }
    if (at.piece == null) {
      return new Position(at.phase, at.calls, 0, 0, null, next, at.written + latin(token));
    }
    return inside(at, at.piece, next, latin(token));
  }

  /// The position behind more text of a piece.
  private Position inside(Position at, CallPiece piece, State next, String more) {
    boolean kept = piece.decides() || at.phase == Phase.CALLED || at.phase == Phase.OPENING;
    String written = kept ? at.written + more : "";
    if (!piece.automaton().accepts(next)) {
      return new Position(at.phase, at.calls, 0, 0, piece, next, written);
    }
    int calls = at.phase == Phase.CALL ? at.calls : at.calls + 1;
    CallPiece then = piece.then(utf8(written));
    if (then != null) {
      return new Position(Phase.CALL, calls, 0, 0, then, then.automaton().start(), "");
    }
    return markers.callEnd().isToken() ? Position.at(Phase.CLOSING, calls) : called(calls);
  }

  /// The position behind a call's tag and what a token holds beyond it, if that may follow.
  private @Nullable Position call(int calls, byte[] rest) {
    if (turn.calls() == null) {
      return null;
    }
    CallPiece first = turn.calls().tagged();
    State start = first.automaton().start();
    State next = first.automaton().advance(start, rest);
    Position begun = new Position(Phase.CALL, calls + 1, 0, 0, first, start, "");
    if (next == null || rest.length == 0) {
      return next == null ? null : begun;
    }
    return inside(begun, first, next, new String(rest, StandardCharsets.ISO_8859_1));
  }

  private Position called(int calls) {
    if (calls >= turn.callsMax() || turn.calls() == null) {
      return Position.at(Phase.CALLED, calls);
    }
    CallPiece following = turn.calls().following();
    State start = following == null ? shared.between().start() : following.automaton().start();
    return new Position(Phase.CALLED, calls, 0, 0, following, start, "");
  }

  /// The position behind a marker that is a token, or null when it may not stand here.
  private @Nullable Position behind(Position at, int marker) {
    return switch (at.phase) {
      case THINK -> marker == markers.thinkEnd().token() ? answer(turn) : null;
      case TEXT -> {
        if (marker == markers.callBegin().token()) {
          yield call(at.calls, NO_BYTES);
        }
        yield thinks(marker) ? Position.at(Phase.THINK, 0) : null;
      }
      case OPENING -> {
        boolean begins = marker == markers.callBegin().token();
        if (begins) {
          yield call(at.calls, NO_BYTES);
        }
        yield at.written.isEmpty() && thinks(marker) ? Position.at(Phase.THINK, 0) : null;
      }
      case CALLED -> {
        boolean separated =
            at.piece == null && at.state != null && shared.between().accepts(at.state);
        yield separated && marker == markers.callBegin().token() ? call(at.calls, NO_BYTES) : null;
      }
      case CLOSING -> marker == markers.callEnd().token() ? called(at.calls) : null;
      case CALL, ENDED -> null;
    };
  }

  private boolean thinks(int marker) {
    return marker == markers.thinkBegin().token() && turn.thinking() == Thinking.ALLOWED;
  }

  /// The position behind free text, or null when a plain tag may not be complete in it.
  private @Nullable Position text(Position at, byte[] bytes) {
    Phase phase = at.phase;
    int read = at.read;
    int thinkRead = at.thinkRead;
    for (int i = 0; i < bytes.length; i++) {
      TextTrigger ends = phase == Phase.THINK ? shared.thinkEndText() : shared.callText();
      read = ends == null ? 0 : ends.step(read, bytes[i]);
      boolean complete = ends != null && read == ends.length();
      if (complete && phase == Phase.TEXT) {
        return call(at.calls, Arrays.copyOfRange(bytes, i + 1, bytes.length));
      }
      if (complete && turn.mustCall()) {
        return i + 1 == bytes.length ? answer(turn) : null;
      }
      if (complete) {
        phase = Phase.TEXT;
        read = 0;
        thinkRead = 0;
      } else if (phase == Phase.TEXT && shared.thinkText() != null) {
        thinkRead = shared.thinkText().step(thinkRead, bytes[i]);
        if (thinkRead == shared.thinkText().length()) {
          if (turn.thinking() != Thinking.ALLOWED) {
            return null;
          }
          phase = Phase.THINK;
          read = 0;
          thinkRead = 0;
        }
      }
    }
    boolean same = phase == at.phase && read == at.read && thinkRead == at.thinkRead;
    return same ? at : new Position(phase, at.calls, read, thinkRead, null, null, "");
  }
}
