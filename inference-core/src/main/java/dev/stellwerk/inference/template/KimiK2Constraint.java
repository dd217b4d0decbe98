package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.State;
import dev.stellwerk.inference.constraint.TokenMask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One assistant turn of Kimi K2 as a constraint: markers by their ids, what is between them by
/// automata over bytes.
///
/// ```
/// THINK <-> TEXT -> SECTION -> HEADER -> ARGUMENTS -> CALLED -> SECTION, or
///             |                                         '----> SECTION_ENDED -> ENDED
///             '-------------------------------------------------------------> ENDED
/// ```
final class KimiK2Constraint extends TurnConstraint<KimiK2Constraint.Position> {
  enum Phase {
    THINK,
    TEXT,
    /// A call must begin.
    SECTION,
    HEADER,
    ARGUMENTS,
    /// A call has ended.
    CALLED,
    SECTION_ENDED,
    ENDED
  }

  /// @param calls how many have begun
  /// @param automaton of the header or the arguments, with its state
  /// @param header the header so far
  record Position(
      Phase phase, int calls, @Nullable Automaton automaton, @Nullable State state, String header) {
    static Position at(Phase phase, int calls) {
      return new Position(phase, calls, null, null, "");
    }

    boolean isDone() {
      return automaton != null && state != null && automaton.accepts(state);
    }
  }

  private final KimiK2Turn turn;
  private final @Nullable Automaton[] headers; // by call
  private final KimiK2Tokens tokens;

  KimiK2Constraint(KimiK2Turn turn) {
    super(
        turn.index(),
        Position.at(turn.thinking() == Thinking.OPENED ? Phase.THINK : Phase.TEXT, 0));
    this.turn = turn;
    this.tokens = turn.tokens();
    this.headers = new Automaton[turn.callsMax()];
  }

  @Override
  void fill(Position at, TokenMask mask) {
    if (at.automaton != null && at.state != null) {
      at.automaton.fill(at.state, mask);
    } else if (isFree(at)) {
      mask.copyFrom(index.text());
    } else {
      mask.clear();
    }
    for (int marker : tokens.all()) {
      if (behind(at, marker) != null) {
        mask.allow(marker);
      }
    }
    if (complete(at)) {
      mask.union(index.end());
    }
  }

  @Override
  boolean complete(Position at) {
    return at.phase == Phase.SECTION_ENDED || (at.phase == Phase.TEXT && !turn.mustCall());
  }

  @Override
  int[] forced(Position at) {
    if (at.automaton == null || at.state == null || at.automaton.isLast(at.state)) {
      return onlyMarker(at);
    }
    return forcedText(at.automaton, at.state, true);
  }

  private int[] onlyMarker(Position at) {
    if (at.phase == Phase.THINK || complete(at)) {
      return NOTHING;
    }
    int[] markers =
        Arrays.stream(tokens.all()).filter(marker -> behind(at, marker) != null).toArray();
    return markers.length == 1 ? markers : NOTHING;
  }

  @Override
  @Nullable Position next(Position at, int token) {
    if (index.isEnd(token)) {
      return complete(at) ? Position.at(Phase.ENDED, at.calls) : null;
    }
    if (!index.isText(token)) {
      return behind(at, token);
    }
    if (at.automaton != null && at.state != null) {
      State next = at.automaton.accept(at.state, token);
      return next == null ? null : inside(at, at.automaton, next, token);
    }
    return isFree(at) ? at : null;
  }

  /// Whether any text may be written.
  private boolean isFree(Position at) {
    return at.phase == Phase.THINK || (at.phase == Phase.TEXT && !turn.mustCall());
  }

  private Position inside(Position at, Automaton automaton, State next, int token) {
    // Byte by byte: a token may hold half a code point.
    String header = at.phase == Phase.HEADER ? at.header + latin(token) : at.header;
    return new Position(at.phase, at.calls, automaton, next, header);
  }

  /// The position behind a marker, or null when it may not stand here.
  private @Nullable Position behind(Position at, int marker) {
    int calls = at.calls;
    return switch (at.phase) {
      case THINK -> marker == tokens.thinkEnd() ? Position.at(Phase.TEXT, calls) : null;
      case TEXT -> {
        if (marker == tokens.sectionBegin() && !turn.functions().isEmpty()) {
          yield Position.at(Phase.SECTION, calls);
        }
        boolean thinks = marker == tokens.thinkBegin() && turn.thinking() == Thinking.ALLOWED;
        yield thinks ? Position.at(Phase.THINK, calls) : null;
      }
      case SECTION -> marker == tokens.callBegin() ? header(calls) : null;
      case HEADER -> marker == tokens.argumentBegin() && at.isDone() ? arguments(at) : null;
      case ARGUMENTS ->
          marker == tokens.callEnd() && at.isDone() ? Position.at(Phase.CALLED, calls) : null;
      case CALLED -> {
        if (marker == tokens.callBegin() && calls < turn.callsMax()) {
          yield header(calls);
        }
        yield marker == tokens.sectionEnd() ? Position.at(Phase.SECTION_ENDED, calls) : null;
      }
      case SECTION_ENDED, ENDED -> null;
    };
  }

  private Position header(int calls) {
    Automaton header = headers[calls];
    if (header == null) {
      header = turn.header(calls);
      headers[calls] = header;
    }
    return new Position(Phase.HEADER, calls + 1, header, header.start(), "");
  }

  private Position arguments(Position at) {
    Automaton arguments = turn.arguments(utf8(at.header));
    return new Position(Phase.ARGUMENTS, at.calls, arguments, arguments.start(), at.header);
  }
}
