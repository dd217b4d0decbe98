package dev.stellwerk.inference.constraint;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A grammar over a vocabulary: from a state to the tokens that may follow.
///
/// Thread-safe and made to be shared: states, and the masks of states that come again, are found
/// once for all generations.
public final class Automaton {
  /// Masks are remembered up to this much memory, then forgotten together.
  static final long MASK_BYTES_MAX = 16L << 20;

  /// The longest text that is forced at once.
  public static final int FORCED_BYTES_MAX = 4_096;

  private static final int[] NOTHING = {};

  private final Grammar grammar;
  private final TokenIndex index;
  private final AtomicLong maskBytes = new AtomicLong();
  private volatile ByteAutomaton bytes;
  private volatile State start;

  public Automaton(Grammar grammar, TokenIndex index) {
    this.grammar = grammar;
    this.index = index;
    this.bytes = new ByteAutomaton(grammar);
    this.start = bytes.start();
  }

  public TokenIndex index() {
    return index;
  }

  /// The state before any text.
  public State start() {
    return start;
  }

  /// Whether the text may end here.
  public boolean accepts(State state) {
    return state.accepting;
  }

  /// Whether nothing may follow.
  public boolean isLast(State state) {
    return state.isLast();
  }

  /// The state behind one more token, or null when the token may not follow.
  public @Nullable State accept(State state, int token) {
    return index.isText(token) ? advance(state, index.tokenizer().bytes(token)) : null;
  }

  /// The state behind some bytes, or null when they may not follow.
  public @Nullable State advance(State state, byte[] text) {
    State at = state;
    for (byte b : text) {
      State next = bytes.step(at, b & 0xff);
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  /// Makes the mask the set of text tokens that may follow.
  public void fill(State state, TokenMask mask) {
    TokenMask known = state.mask;
    if (known != null) {
      mask.copyFrom(known);
      return;
    }
    State closed = state.plainString ? bytes.step(state, '"') : null;
    if (closed != null) {
      mask.copyFrom(index.insideStrings());
      index.closing().walk(bytes, closed, mask);
    } else if (state.stringRoom >= 0) {
      mask.copyFrom(index.fitting(state.stringRoom));
      index.breaking().walk(bytes, state, mask);
    } else {
      mask.clear();
      index.all().walk(bytes, state, mask);
    }
    // A string that counts its length is in another state after each token: not worth remembering.
    if (state.stringRoom < 0 || state.stringRoom == Grammar.UNBOUNDED) {
      remember(state, mask);
    }
  }

  /// The bytes that must follow because nothing else may; empty when there is a choice.
  public byte[] forced(State state) {
    byte[] text = new byte[16];
    int length = 0;
    State at = state;
    for (int b = at.onlyByte(); b >= 0 && !at.accepting && length < FORCED_BYTES_MAX; ) {
      State next = bytes.step(at, b);
      if (next == null) {
        break;
      }
      text = length == text.length ? Arrays.copyOf(text, length * 2) : text;
      text[length++] = (byte) b;
      at = next;
      b = at.onlyByte();
    }
    return Arrays.copyOf(text, length);
  }

  /// The only token that may follow; empty when several may, or the text may end.
  public int[] onlyToken(State state) {
    if (state.accepting || state.onlyByte() < 0) {
      return NOTHING; // a vocabulary that spells every byte has a token for each live one
    }
    TokenMask mask = state.mask;
    if (mask == null) {
      mask = new TokenMask(index.size());
      fill(state, mask);
    }
    int token = mask.next(0);
    return token >= 0 && mask.next(token + 1) < 0 ? new int[] {token} : NOTHING;
  }

  private void remember(State state, TokenMask mask) {
    TokenMask copy = new TokenMask(index.size());
    copy.copyFrom(mask);
    state.mask = copy;
    if (maskBytes.addAndGet(index.size() / 8) > MASK_BYTES_MAX) {
      maskBytes.set(0);
      ByteAutomaton fresh = new ByteAutomaton(grammar);
      start = fresh.start();
      bytes = fresh;
    }
  }
}
