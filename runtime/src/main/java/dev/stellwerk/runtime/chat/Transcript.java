package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.template.TemplateException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which text the tokens of a session stand for, so that each turn appends only what is new.
///
/// The tokens are those of pieces, rendered and generated ones in turn. Ids that the model
/// generated are kept as they are; of their text only the template's rendering is known:
///
/// ```
/// text    | opening, request | answer <end> | results, opening of the next turn |
/// tokens  | tokenised        | generated ids, then what the template puts after them | tokenised |
/// ```
///
/// A template may render earlier turns differently once the conversation goes on, for instance
/// without their reasoning. Then the pieces before the first difference stay, the rest is tokenised
/// again, and the session goes back to where the tokens part.
final class Transcript {
  /// Longer than any end token with what templates put behind it.
  private static final int TAIL_CHARS = 64;

  /// A part of the text.
  ///
  /// @param tokenEnd how many tokens the session has up to its end
  private record Piece(String text, int tokenEnd) {}

  private final Tokenizer tokenizer;
  private final List<Piece> pieces = new ArrayList<>();
  private String prompt = ""; // all text before the last generated tokens
  private int[] tokens = new int[256];
  private int size;

  Transcript(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// What to do to a session before the next turn.
  ///
  /// @param keep how many of its tokens stay
  /// @param suffix what to append to those
  record Step(int keep, Tokens suffix) {}

  /// Goes on with the conversation.
  ///
  /// @param base the conversation as it is rendered up to and including the last turn; empty before
  ///   the first
  /// @param full the same with what is new, and the opening of the next turn
  Step next(String base, String full) {
    boolean goesOn = base.startsWith(prompt) && full.startsWith(base);
    Step step = goesOn ? append(base, full) : rewrite(full);
    prompt = full;
    return step;
  }

  /// Notes a token that the session has appended.
  void generated(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
    }
    tokens[size++] = token;
  }

  private Step append(String base, String full) {
    int keep = size;
    if (!pieces.isEmpty()) {
      close(base);
      pieces.add(new Piece(base.substring(prompt.length()), size));
    }
    render(full.substring(base.length()));
    return new Step(keep, Tokens.of(Arrays.copyOfRange(tokens, keep, size)));
  }

  private Step rewrite(String full) {
    int chars = 0;
    int same = 0;
    while (same < pieces.size() && full.startsWith(pieces.get(same).text(), chars)) {
      chars += pieces.get(same).text().length();
      same++;
    }
    pieces.subList(same, pieces.size()).clear();
    int start = pieces.isEmpty() ? 0 : pieces.getLast().tokenEnd();
    int[] held = Arrays.copyOfRange(tokens, start, size);
    size = start;
    render(full.substring(chars));
    int keep = start;
    // At least one token is left to be read: what follows it is wanted.
    while (keep < Math.min(size - 1, start + held.length) && tokens[keep] == held[keep - start]) {
      keep++;
    }
    return new Step(keep, Tokens.of(Arrays.copyOfRange(tokens, keep, size)));
  }

  private void render(String text) {
    Tokens rendered = tokenizer.encodeRendered(text);
    for (int i = 0; i < rendered.size(); i++) {
      generated(rendered.get(i));
    }
    pieces.add(new Piece(text, size));
  }

  /// Adds what the template puts at the end of a turn and the session does not hold yet: all that
  /// follows the end token, and the end token itself if the turn was cut before it.
  private void close(String base) {
    String tail = base.substring(Math.max(0, base.length() - TAIL_CHARS));
    Tokens ids = tokenizer.encodeRendered(tail);
    int end = ids.size();
    while (end > 0 && !tokenizer.isEndOfGeneration(ids.get(end - 1))) {
      end--;
    }
    if (end == 0) {
      throw new TemplateException("the chat template does not end a turn with an end token");
    }
    boolean ended = size > 0 && tokenizer.isEndOfGeneration(tokens[size - 1]);
    for (int i = ended ? end : end - 1; i < ids.size(); i++) {
      generated(ids.get(i));
    }
  }
}
