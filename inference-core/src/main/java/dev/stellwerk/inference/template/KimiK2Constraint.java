package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.State;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.template.KimiK2Format.Thinking;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One assistant turn of Kimi K2 as a constraint: markers by their ids, what is between them by
/// automata over bytes.
///
/// ```
/// THINK <-> TEXT -> SECTION -> HEADER -> ARGUMENTS -> CALLED -> SECTION, or
///             |                                         '----> SECTION_ENDED -> ENDED
///             '-------------------------------------------------------------> ENDED
/// ```
final class KimiK2Constraint implements Constraint {
  private enum Phase {
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
  private record Position(
      Phase phase, int calls, @Nullable Automaton automaton, @Nullable State state, String header) {
    static Position at(Phase phase, int calls) {
      return new Position(phase, calls, null, null, "");
    }
  }

  private static final int[] NOTHING = {};

  private final KimiK2Turn turn;
  private final @Nullable Automaton[] headers; // by call
  private final KimiK2Tokens tokens;
  private final TokenIndex index;
  private final List<Position> before = new ArrayList<>();
  private Position position;

  KimiK2Constraint(KimiK2Turn turn) {
    this.turn = turn;
    this.tokens = turn.tokens();
    this.index = turn.index();
    this.headers = new Automaton[turn.callsMax()];
    this.position = Position.at(turn.thinking() == Thinking.OPENED ? Phase.THINK : Phase.TEXT, 0);
  }

  @Override
  public boolean fill(TokenMask mask) {
    State state = position.state;
    Automaton automaton = position.automaton;
    if (automaton != null && state != null) {
      automaton.fill(state, mask);
    } else if (isFree()) {
      mask.copyFrom(index.text());
    } else {
      mask.clear();
    }
    for (int marker : tokens.all()) {
      if (behind(marker) != null) {
        mask.allow(marker);
      }
    }
    if (complete()) {
      mask.union(index.end());
    }
    return true;
  }

  @Override
  public void accept(int token) {
    Position next = next(token);
    if (next == null) {
      throw new IllegalArgumentException("token " + token + " is not allowed in " + position.phase);
    }
    before.add(position);
    position = next;
  }

  @Override
  public void rollback(int accepted) {
    if (accepted < 0 || accepted > before.size()) {
      throw new IllegalArgumentException(
          "cannot take back " + accepted + " of " + before.size() + " tokens");
    }
    if (accepted > 0) {
      List<Position> last = before.subList(before.size() - accepted, before.size());
      position = last.getFirst();
      last.clear();
    }
  }

  @Override
  public boolean complete() {
    return position.phase == Phase.SECTION_ENDED
        || (position.phase == Phase.TEXT && !turn.mustCall());
  }

  @Override
  public int[] forced() {
    int start = before.size();
    int[] forced = new int[16];
    int count = 0;
    for (int[] some = forcedHere(); some.length > 0; some = forcedHere()) {
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

  /// The next forced tokens: a marker, or the text up to one, or a single token.
  private int[] forcedHere() {
    Automaton automaton = position.automaton;
    State state = position.state;
    if (automaton == null || state == null || automaton.isLast(state)) {
      return onlyMarker();
    }
    byte[] text = automaton.forced(state);
    State end = automaton.advance(state, text);
    if (text.length > 0 && end != null && automaton.accepts(end) && automaton.isLast(end)) {
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

  private int[] onlyMarker() {
    if (position.phase == Phase.THINK || complete()) {
      return NOTHING;
    }
    int[] markers = Arrays.stream(tokens.all()).filter(marker -> behind(marker) != null).toArray();
    return markers.length == 1 ? markers : NOTHING;
  }

  private @Nullable Position next(int token) {
    if (index.isEnd(token)) {
      return complete() ? Position.at(Phase.ENDED, position.calls) : null;
    }
    Automaton automaton = position.automaton;
    State state = position.state;
    if (!index.isText(token)) {
      return behind(token);
    }
    if (automaton != null && state != null) {
      State next = automaton.accept(state, token);
      return next == null ? null : inside(automaton, next, token);
    }
    return isFree() ? position : null;
  }

  /// Whether any text may be written.
  private boolean isFree() {
    return position.phase == Phase.THINK || (position.phase == Phase.TEXT && !turn.mustCall());
  }

  private Position inside(Automaton automaton, State next, int token) {
    String header = position.header;
    if (position.phase == Phase.HEADER) {
      byte[] text = index.tokenizer().bytes(token);
      // Byte by byte: a token may hold half a code point.
      header += new String(text, StandardCharsets.ISO_8859_1);
    }
    return new Position(position.phase, position.calls, automaton, next, header);
  }

  /// The position behind a marker, or null when it may not stand here.
  private @Nullable Position behind(int marker) {
    int calls = position.calls;
    return switch (position.phase) {
      case THINK -> marker == tokens.thinkEnd() ? Position.at(Phase.TEXT, calls) : null;
      case TEXT -> {
        if (marker == tokens.sectionBegin() && !turn.functions().isEmpty()) {
          yield Position.at(Phase.SECTION, calls);
        }
        boolean thinks = marker == tokens.thinkBegin() && turn.thinking() == Thinking.ALLOWED;
        yield thinks ? Position.at(Phase.THINK, calls) : null;
      }
      case SECTION -> marker == tokens.callBegin() ? header() : null;
      case HEADER -> marker == tokens.argumentBegin() && isDone() ? arguments() : null;
      case ARGUMENTS ->
          marker == tokens.callEnd() && isDone() ? Position.at(Phase.CALLED, calls) : null;
      case CALLED -> {
        if (marker == tokens.callBegin() && calls < turn.callsMax()) {
          yield header();
        }
        yield marker == tokens.sectionEnd() ? Position.at(Phase.SECTION_ENDED, calls) : null;
      }
      case SECTION_ENDED, ENDED -> null;
    };
  }

  private boolean isDone() {
    return position.automaton != null
        && position.state != null
        && position.automaton.accepts(position.state);
  }

  private Position header() {
    Automaton header = headers[position.calls];
    if (header == null) {
      header = turn.header(position.calls);
      headers[position.calls] = header;
    }
    return new Position(Phase.HEADER, position.calls + 1, header, header.start(), "");
  }

  private Position arguments() {
    byte[] header = position.header.getBytes(StandardCharsets.ISO_8859_1);
    Automaton arguments = turn.arguments(new String(header, StandardCharsets.UTF_8));
    return new Position(
        Phase.ARGUMENTS, position.calls, arguments, arguments.start(), position.header);
  }
}
