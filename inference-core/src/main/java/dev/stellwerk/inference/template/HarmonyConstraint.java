package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.State;
import dev.stellwerk.inference.constraint.TokenMask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One assistant turn of Harmony as a constraint. It begins behind `<|start|>assistant`.
///
/// ```
/// MESSAGE -> CHANNEL -> TEXT -> NEXT -> ROLE -> MESSAGE      an analysis, or a remark
///               |         '-> ENDED                          the final answer
///               '----> JSON -> ARGUMENTS -> CALLED -> ENDED  a call, which ends the turn
/// ```
final class HarmonyConstraint extends TurnConstraint<HarmonyConstraint.Position> {
  enum Phase {
    /// `<|channel|>` must follow.
    MESSAGE,
    CHANNEL,
    TEXT,
    /// `<|start|>` must follow.
    NEXT,
    ROLE,
    /// What `<|constrain|>` names.
    JSON,
    ARGUMENTS,
    /// `<|call|>` was written where it is no end token.
    CALLED,
    ENDED
  }

  /// @param channel what was written behind `<|channel|>`, one char a byte
  record Position(
      Phase phase, @Nullable Automaton automaton, @Nullable State state, String channel) {
    static Position at(Phase phase, String channel) {
      return new Position(phase, null, null, channel);
    }

    static Position at(Phase phase, Automaton automaton, String channel) {
      return new Position(phase, automaton, automaton.start(), channel);
    }

    boolean isDone() {
      return automaton != null && state != null && automaton.accepts(state);
    }
  }

  private final HarmonyTurn turn;
  private final HarmonyTokens tokens;

  HarmonyConstraint(HarmonyTurn turn) {
    super(turn.index(), Position.at(Phase.MESSAGE, ""));
    this.turn = turn;
    this.tokens = turn.tokens();
  }

  @Override
  void fill(Position at, TokenMask mask) {
    if (at.automaton != null && at.state != null) {
      at.automaton.fill(at.state, mask);
    } else if (at.phase == Phase.TEXT) {
      mask.copyFrom(index.text());
    } else {
      mask.clear();
    }
    for (int marker : tokens.all()) {
      if (behind(at, marker) != null) {
        mask.allow(marker);
      }
    }
    if (isFinal(at) || at.phase == Phase.CALLED) {
      boolean call = mask.allows(tokens.call());
      mask.union(index.end());
      if (!call) {
        mask.forbid(tokens.call()); // it ends a call, not an answer
      }
    }
  }

  /// In the arguments of a call, the token that ends the call ends the turn, where it can.
  @Override
  boolean complete(Position at) {
    return isFinal(at)
        || at.phase == Phase.CALLED
        || (at.phase == Phase.ARGUMENTS && at.isDone() && index.isEnd(tokens.call()));
  }

  private static boolean isFinal(Position at) {
    return at.phase == Phase.TEXT && at.channel.equals(HarmonyTurn.FINAL);
  }

  @Override
  int[] forced(Position at) {
    if (at.automaton != null && at.state != null && !at.automaton.isLast(at.state)) {
      boolean open = at.phase == Phase.CHANNEL && at.automaton.accepts(at.state);
      return open ? NOTHING : forcedText(at.automaton, at.state, true);
    }
    if (at.phase == Phase.TEXT) {
      return NOTHING;
    }
    int[] markers =
        Arrays.stream(tokens.all()).filter(marker -> behind(at, marker) != null).toArray();
    return markers.length == 1 && at.phase != Phase.CALLED ? markers : NOTHING;
  }

  @Override
  @Nullable Position next(Position at, int token) {
    if (!index.isText(token)) {
      Position next = behind(at, token);
      boolean ends = index.isEnd(token) && token != tokens.call();
      return next == null && ends && (isFinal(at) || at.phase == Phase.CALLED)
          ? Position.at(Phase.ENDED, "")
          : next;
    }
    if (at.automaton != null && at.state != null) {
      State next = at.automaton.accept(at.state, token);
      String channel = at.phase == Phase.CHANNEL ? at.channel + latin(token) : at.channel;
      return next == null ? null : new Position(at.phase, at.automaton, next, channel);
    }
    return at.phase == Phase.TEXT ? at : null;
  }

  /// The position behind a marker, or null when it may not stand here.
  private @Nullable Position behind(Position at, int marker) {
    return switch (at.phase) {
      case MESSAGE ->
          marker == tokens.channel() ? Position.at(Phase.CHANNEL, turn.channels(), "") : null;
      case CHANNEL -> at.isDone() ? behindChannel(at, marker) : null;
      case TEXT -> behindText(at, marker);
      case NEXT -> marker == tokens.start() ? Position.at(Phase.ROLE, turn.role(), "") : null;
      case ROLE ->
          marker == tokens.channel() && at.isDone()
              ? Position.at(Phase.CHANNEL, turn.channels(), "")
              : null;
      case JSON -> {
        Automaton arguments = turn.arguments().get(utf8(at.channel));
        yield marker == tokens.message() && at.isDone() && arguments != null
            ? Position.at(Phase.ARGUMENTS, arguments, at.channel)
            : null;
      }
      case ARGUMENTS -> {
        Phase then = index.isEnd(tokens.call()) ? Phase.ENDED : Phase.CALLED;
        yield marker == tokens.call() && at.isDone() ? Position.at(then, "") : null;
      }
      case CALLED, ENDED -> null;
    };
  }

  private @Nullable Position behindChannel(Position at, int marker) {
    boolean call = turn.arguments().containsKey(utf8(at.channel));
    if (call) {
      return marker == tokens.constrain() ? Position.at(Phase.JSON, turn.json(), at.channel) : null;
    }
    return marker == tokens.message() ? Position.at(Phase.TEXT, at.channel) : null;
  }

  private @Nullable Position behindText(Position at, int marker) {
    if (isFinal(at)) {
      return marker == tokens.returned() ? Position.at(Phase.ENDED, "") : null;
    }
    return marker == tokens.end() ? Position.at(Phase.NEXT, "") : null;
  }
}
