package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class CalculateTest {
  @TempDir private Path folder;
  private BuiltinFixture tools;

  @BeforeEach
  void setUp() throws Exception {
    tools = new BuiltinFixture(folder, folder);
  }

  private String calculate(String expression) throws InterruptedException {
    return tools.call("calculate", "expression", expression);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "17 * 23 | 391",
        "10 / 4 | 2.5",
        "1/3 | 0.3333333333",
        "2/3*100 | 66.6666666667",
        "0.1 + 0.2 | 0.3",
        "2 + 3 * 4 | 14",
        "(2 + 3) * 4 | 20",
        "10 - 4 - 3 | 3",
        "100 / 10 / 2 | 5",
        "-2^2 | -4",
        "(-2)^2 | 4",
        "2^3^2 | 512",
        "2^-2 | 0.25",
        "2**10 | 1024",
        "2^64 | 18446744073709551616",
        "9^0.5 | 3",
        "2^0.5 | 1.4142135624",
        "8^(1/3) | 2",
        "0^0 | 1",
        "--3 | 3",
        "3 - -3 | 6",
        "17 % 5 | 2",
        "-7 % 3 | 2",
        "5.5 % 2 | 1.5",
        "50% | 0.5",
        "15% * 80 | 12",
        "15% of 80 | 12",
        "100 + 10% | 100.1",
        "50% + 1 | 1.5",
        "(10)% | 0.1",
        "10 % (3) | 1",
        "sqrt(144) | 12",
        "sqrt(2) | 1.4142135624",
        "√16 | 4",
        "abs(-3.5) | 3.5",
        "round(2.5) | 3",
        "floor(-2.5) | -3",
        "ceil(2.1) | 3",
        "ln(e) | 1",
        "log(1000) | 3",
        "sin(0) | 0",
        "2 * pi | 6.2831853072",
        "1,234.5 + 1,000,000 | 1001234.5",
        "1e3 + 2.5E-1 | 1000.25",
        "12 × 3 ÷ 4 − 1 | 8",
        "6 x 7 | 42",
        "6x7 | 42",
        "17*23= | 391",
        ".5 + 5. | 5.5",
        "1000000 * 1000000 | 1000000000000",
        "1/3000000 | 0.0000003333333333",
        "123456789.123456789 * 1 | 123456789.123456789",
        "-5 | -5",
        "0 * -1 | 0",
        "1.50 | 1.5",
        "100 | 100",
      })
  void worksOut(String expression, String expected) throws Exception {
    assertEquals(expected, calculate(expression));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "1 / 0 | division by zero",
        "5 % 0 | division by zero",
        "0^-1 | division by zero",
        "2 + | the expression ends too early",
        "(2 + 3 | a ')' is missing",
        "2 + 3) | ')' at position 6 is not understood",
        "2 $ 3 | '$' at position 3 is not understood",
        "2 3 | '3' at position 3 is not understood",
        "2,5 + 1 | ',' at position 2 is not understood (write decimals with a point)",
        "1,23 | ',' at position 2 is not understood (write decimals with a point)",
        "foo(1) | 'foo' is not known",
        "sqrt 4 | a '(' must follow 'sqrt'",
        "sqrt(-1) | a negative number has no real square root",
        "(-8)^0.5 | no real power",
        "ln(0) | ln of 0 is not defined",
        "ln(-1) | ln of -1 is not defined",
        "exp(10000) | more than 1000 digits",
        "9^9^9^9 | more than 1000 digits",
        "10^1001 | more than 1000 digits",
        "10^-1001 | more than 1000 digits",
        "1e999999999 | more than 1000 digits",
        "1e-999999999 | too close to zero",
        "1e99999999999 | is not a number",
        ". | is not a number",
      })
  void refuses(String expression, String message) throws Exception {
    String answer = calculate(expression);
    assertTrue(answer.startsWith("Error: ") && answer.contains(message), answer);
  }

  @Test
  void isBoundedInLengthAndNesting() throws Exception {
    assertEquals("Error: the expression is empty", calculate(" "));
    assertTrue(calculate("1+".repeat(501) + "1").contains("longer than 1000 characters"));
    assertTrue(calculate("(".repeat(400) + "1").contains("nested more than 64 deep"));
    assertTrue(calculate("-".repeat(400) + "1").contains("nested more than 64 deep"));
    assertTrue(calculate("2^".repeat(400) + "1").startsWith("Error: "));
    assertEquals("1", calculate("(".repeat(60) + "1" + ")".repeat(60)));
    assertEquals("500", calculate("1+".repeat(499) + "1"));
  }

  @Test
  void largeExpressionsStayFast() throws Exception {
    long begun = System.nanoTime();
    calculate("9^900*".repeat(140) + "1");
    calculate("sqrt(9^900)/".repeat(80) + "7");
    calculate("(1/3)*".repeat(160) + "1");
    calculate("1.000000001^999999");
    assertTrue(System.nanoTime() - begun < 5_000_000_000L);
  }

  /// Any text gets an answer or an error of ours, never an exception.
  @Test
  void randomTextIsAnsweredOrRefused() throws Exception {
    String pieces = "0123456789.,+-*/%^()eE xofpisqrt√$\n";
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(24);
      for (int c = 0; c < length; c++) {
        text.append(pieces.charAt(random.nextInt(pieces.length())));
      }
      assertFalse(calculate(text.toString()).isEmpty(), text.toString());
    }
  }
}
