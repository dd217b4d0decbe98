package dev.stellwerk.inference.tokenizer;

import java.util.Random;

/// Text that visits the corners of the pre-tokenizers' patterns.
final class RandomText {
  private static final String[] PIECES = {
    " ",
    "  ",
    "   ",
    "\n",
    "\r\n",
    "\n\n",
    "\t",
    "\u00A0",
    "\u3000",
    "\u2028",
    "\u0085",
    "\u000B",
    "'s",
    "'S",
    "'t",
    "'RE",
    "'ve",
    "'Ll",
    "'x",
    "'",
    "''",
    "a",
    "the",
    "signals",
    "Points",
    "Über",
    "den",
    "стрелка",
    "信号機",
    "です",
    "e\u0301",
    "İ",
    "ſ",
    "1",
    "12",
    "1999",
    "٣",
    "Ⅻ",
    "½",
    "²",
    "!",
    "?!",
    "...",
    "{\"",
    "\":",
    "<|",
    "|>",
    "<|im_end|>",
    "_",
    "-",
    "\u200D",
    "👩‍👩‍👧",
    "🦙",
    "𝒳",
    "𝟘",
    "\uFFFD",
    "\u0000",
    "\u001C",
    "\uE000",
    "\uFDD0",
    "\uFDD1",
    "0",
    "ǅ",
    "ʰ",
    "ª",
    "camelCase",
    "HTTPServer",
    "ÀÉß",
    "X",
    "信号Latin",
    "〇",
    "々",
    "⺀",
    "ン゙",
    "\u0301",
    "का",
    "ไทย",
    "한글",
    "'ſ",
    "/",
    "12345678",
    "\u001F",
    "…",
    "。"
  };

  private RandomText() {}

  static String next(Random random, int piecesMax) {
    StringBuilder text = new StringBuilder();
    for (int count = random.nextInt(piecesMax + 1); count > 0; count--) {
      if (random.nextInt(20) == 0) {
        int codePoint = random.nextInt(0x110000);
        text.appendCodePoint(codePoint >= 0xD800 && codePoint < 0xE000 ? 'x' : codePoint);
      } else {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
    }
    return text.toString();
  }
}
