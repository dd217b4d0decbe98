package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ToolNamesTest {
  @Test
  void joinsSourceAndTool() {
    assertEquals("filesystem_read_text_file", ToolNames.prefixed("filesystem", "read_text_file"));
    assertEquals("git_log-all_x", ToolNames.prefixed("git", "log-all.x"));
  }

  @Test
  void everyNameIsRepresentable() {
    for (String raw :
        List.of("", " ", "ä/ö", "a".repeat(1_000), "日本", "x\u0000y", "😀".repeat(40))) {
      String name = ToolNames.prefixed("s", raw);
      assertTrue(Tool.NAME.matcher(name).matches(), name);
      assertEquals(name, ToolNames.prefixed("s", raw));
    }
    assertEquals("_", ToolNames.representable(""));
  }

  @Test
  void cutNamesStayApartAndStable() {
    String a = ToolNames.representable("x".repeat(64) + "a");
    String b = ToolNames.representable("x".repeat(64) + "b");
    assertEquals(64, a.length());
    assertNotEquals(a, b);
    assertEquals("x".repeat(55) + "_8123067d", a);
    assertEquals("y".repeat(64), ToolNames.representable("y".repeat(64)));
  }
}
