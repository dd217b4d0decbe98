package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.TokenIndex;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/// A marker that is plain text, looked for while free text is being generated: how much of it the
/// text ends with (Knuth, Morris and Pratt), and which tokens would complete it.
final class TextTrigger {
  private final byte[] text;
  private final int[] failure;
  private final int[][] completing; // by how much was read before
  private final int[][] overrunning;

  TextTrigger(String marker, TokenIndex index) {
    text = marker.getBytes(StandardCharsets.UTF_8);
    failure = new int[text.length];
    for (int i = 1; i < text.length; i++) {
      failure[i] = step(failure[i - 1], text[i]);
    }
    completing = new int[text.length][];
    overrunning = new int[text.length][];
    for (int read = 0; read < text.length; read++) {
      int from = read;
      completing[read] =
          IntStream.range(0, index.size())
              .filter(t -> index.isText(t) && end(from, index.tokenizer().bytes(t)) >= 0)
              .toArray();
      overrunning[read] =
          Arrays.stream(completing[read])
              .filter(
                  t -> {
                    byte[] bytes = index.tokenizer().bytes(t);
                    return end(from, bytes) < bytes.length;
                  })
              .toArray();
    }
  }

  int length() {
    return text.length;
  }

  /// How much is read behind one more byte; the whole length when the marker is complete.
  int step(int read, byte b) {
    int at = read;
    while (at > 0 && text[at] != b) {
      at = failure[at - 1];
    }
    return text[at] == b ? at + 1 : 0;
  }

  /// Tokens in which the marker would become complete. Not to be written to.
  int[] completing(int read) {
    return completing[read];
  }

  /// Those of them that go on behind it. Not to be written to.
  int[] overrunning(int read) {
    return overrunning[read];
  }

  /// Where in the bytes the marker is complete, or -1.
  private int end(int read, byte[] bytes) {
    int at = read;
    for (int i = 0; i < bytes.length; i++) {
      at = step(at, bytes[i]);
      if (at == text.length) {
        return i + 1;
      }
    }
    return -1;
  }
}
