package dev.stellwerk.inference.backend.quant;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.getInt;

import java.util.HexFormat;

/// IQ2_XXS: super-blocks of 256 columns whose magnitudes come from a code book of 256 groups of
/// eight.
///
/// ```
/// d f16 | for each block of 32 columns: 4 B indices into the code book | signs and scale u32
///
/// signs and scale: 4 x 7 bits of signs, one a group of eight | 4 bits of scale s
/// the eighth sign of a group is the parity of the other seven
/// element = d * (s + 1/2) / 4 * magnitude, negative where the sign is set
/// ```
final class Iq2Xxs {
  /// What a two-bit digit of the code book stands for.
  private static final byte[] MAGNITUDES = {8, 25, 43};

  /// 256 groups of eight digits of two bits, lowest first, as ggml has them.
  private static final String BOOK =
      "00000200050008000a00110014002000220028002a0041004400500058006100"
          + "6400800082008a00a20001010401100115014001840198010002020222028202"
          + "010404041004210424044004420448046004810484049004a404000502050805"
          + "200546056905800591050906100640068406a406000805080808140828084108"
          + "440850085208880804094009020a140a01100410101021104010601084109010"
          + "951000110811201150115a118011241245120014081420142514491480141815"
          + "6215001616160118041810184018811800190519a019511a002002200a204420"
          + "6120802082202921482100220222012404241024402456240025412564259026"
          + "082820289428442a014004401040184021402440404048405640604081408440"
          + "9040004120416141804185410142104248425642684200440844204480449944"
          + "124524450046014804481048404845480049584961498249454a904a00500850"
          + "1150195020508050885004514251a4519152905492540a550156545600581158"
          + "195864584059085a046010604060686000615561186260620064056410651265"
          + "84654268008002800a8041808280048118814081118201840484108415844084"
          + "608400854685948509864086608602880489118a0490109024904090a1901691"
          + "8091459200942294449451958198209902a050a085a009a100a218a450a804a9";

  private static final byte[] GRID = expand(HexFormat.of().parseHex(BOOK)); // [256, 8]

  private Iq2Xxs() {}

  private static byte[] expand(byte[] book) {
    byte[] grid = new byte[book.length * 4];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = MAGNITUDES[(book[i / 4] >> (i % 4 * 2)) & 3];
    }
    return grid;
  }

  static void read(long block, int part, WeightBlock out) {
    long indices = block + 2 + 8L * part;
    int signsAndScale = getInt(indices + 4);
    out.scale(getHalf(block) * ((signsAndScale >>> 28) + 0.5f) * 0.25f);
    for (int group = 0; group < 4; group++) {
      int index = getByte(indices + group) & 0xFF;
      int seven = (signsAndScale >>> (7 * group)) & 0x7F;
      int signs = seven | (Integer.bitCount(seven) & 1) << 7;
      for (int i = 0; i < 8; i++) {
        byte magnitude = GRID[8 * index + i];
        out.codes[8 * group + i] = (signs >> i & 1) == 0 ? magnitude : (byte) -magnitude;
      }
    }
  }
}
