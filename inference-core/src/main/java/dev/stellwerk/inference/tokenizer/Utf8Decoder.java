package dev.stellwerk.inference.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Decodes the bytes of tokens as they come; the up to three bytes of an incomplete code point
/// wait.
final class Utf8Decoder implements StreamingDecoder {
  private static final int CODE_POINT_BYTES_MAX = 4;

  private final Tokenizer tokenizer;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final byte[] waiting = new byte[CODE_POINT_BYTES_MAX];
  private int waitingBytes;

  Utf8Decoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public String accept(int token) {
    byte[] bytes = tokenizer.bytes(token);
    if (bytes.length == 0) {
      return "";
    }
    ByteBuffer in = ByteBuffer.allocate(waitingBytes + bytes.length);
    in.put(waiting, 0, waitingBytes).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    decoder.decode(in, out, false);
    waitingBytes = in.remaining();
    in.get(waiting, 0, waitingBytes);
    return out.flip().toString();
  }

  @Override
  public String finish() {
    CharBuffer out = CharBuffer.allocate(CODE_POINT_BYTES_MAX);
    decoder.decode(ByteBuffer.wrap(waiting, 0, waitingBytes), out, true);
    decoder.flush(out);
    decoder.reset();
    waitingBytes = 0;
    return out.flip().toString();
  }
}
