package dev.stellwerk.mcp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
  @Test
  void deliversWholeLinesOnly() throws IOException {
    assertEquals(List.of("a", "", "bc", "END"), read("a\n\r\nbc\r\nhalf", 10, 64));
    assertEquals(List.of("END"), read("", 10, 64));
  }

  @Test
  void theBoundIsExact() throws IOException {
    assertEquals(List.of("12345", "OVERSIZED", "x", "END"), read("12345\n123456\nx\n", 5, 64));
  }

  @Test
  void chunksOfAnySizeGiveTheSameLines() throws IOException {
    String text =
        "one\ntwo two\n" + "x".repeat(200_000) + "\nthree\n" + "y".repeat(70_000) + "\nend\n";
    List<String> expected =
        List.of("one", "two two", "OVERSIZED", "three", "y".repeat(70_000), "end", "END");
    for (int chunk : new int[] {1, 2, 7, 4096, 65536, 100_000}) {
      assertEquals(expected, read(text, 100_000, chunk), "chunks of " + chunk);
    }
  }

  @Test
  void anEndlessLineTakesNoMemory() throws IOException {
    InputStream endless =
        new InputStream() {
          private long left = 300L * 1024 * 1024;

          @Override
          public int read() {
            return left-- > 0 ? 'a' : -1;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            int read = (int) Math.min(length, left);
            left -= read;
            return read == 0 ? -1 : read;
          }
        };
    try (BoundedLines lines = new BoundedLines(endless, 1000)) {
      assertEquals(BoundedLines.Read.END, lines.next());
    }
  }

  private static List<String> read(String text, int lineBytesMax, int chunk) throws IOException {
    InputStream in =
        new ByteArrayInputStream(text.getBytes(UTF_8)) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, chunk));
          }
        };
    List<String> seen = new ArrayList<>();
    try (BoundedLines lines = new BoundedLines(in, lineBytesMax)) {
      while (true) {
        switch (lines.next()) {
          case LINE -> seen.add(new String(lines.bytes(), UTF_8));
          case OVERSIZED -> seen.add("OVERSIZED");
          case END -> {
            seen.add("END");
            return seen;
          }
        }
      }
    }
  }
}
