package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.ToolPolicy.Decision;
import dev.stellwerk.tools.source.PrefixedSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolCatalogTest {
  private static ToolCatalog.Snapshot refresh(ToolSource... sources) throws InterruptedException {
    return new ToolCatalog(List.of(sources), Policies.ALLOW_ALL, CatalogLimits.DEFAULT).refresh();
  }

  private static List<String> names(ToolCatalog.Snapshot snapshot) {
    return snapshot.specs().stream().map(Tool.Spec::name).toList();
  }

  @Test
  void keepsTheOrderOfSourcesAndTools() throws Exception {
    var snapshot = refresh(new FakeSource("b").with("z").with("y"), new FakeSource("a").with("x"));
    assertEquals(List.of("z", "y", "x"), names(snapshot));
    assertEquals("b", snapshot.find("y").orElseThrow().sourceName());
  }

  @Test
  void knowsTheRawNameBehindAPrefix() throws Exception {
    var snapshot = refresh(new PrefixedSource(new FakeSource("files").with("read")));
    assertEquals(List.of("files_read"), names(snapshot));
    assertEquals("read", snapshot.find("files_read").orElseThrow().rawName());
  }

  @Test
  void refusesTheSecondOfTwoEqualNamesWithAReason() throws Exception {
    var snapshot = refresh(new FakeSource("a").with("x"), new FakeSource("b").with("x").with("y"));
    assertEquals(List.of("x", "y"), names(snapshot));
    assertEquals("a", snapshot.find("x").orElseThrow().sourceName());
    var refusal = snapshot.refusals().getFirst();
    assertEquals("b", refusal.source());
    assertEquals("its name is already taken by a tool of 'a'", refusal.reason());
  }

  @Test
  void prefixedNamesThatMeetAreRefusedToo() throws Exception {
    // a_b + c and a + b_c are both a_b_c.
    var snapshot =
        refresh(
            new PrefixedSource(new FakeSource("a_b").with("c")),
            new PrefixedSource(new FakeSource("a").with("b_c")));
    assertEquals(List.of("a_b_c"), names(snapshot));
    assertEquals("c", snapshot.find("a_b_c").orElseThrow().rawName());
    assertEquals(1, snapshot.refusals().size());
  }

  @Test
  void refusesTwoSourcesOfOneNameAndUnusableNames() {
    assertThrows(
        IllegalArgumentException.class, () -> refresh(new FakeSource("a"), new FakeSource("a")));
    assertThrows(IllegalArgumentException.class, () -> refresh(new FakeSource("a:b")));
    assertThrows(IllegalArgumentException.class, () -> refresh(new FakeSource("")));
  }

  @Test
  void aSourceThatFailsCostsTheOthersNothing() throws Exception {
    ToolSource broken =
        new ToolSource() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public List<Tool.Spec> list() {
            throw new IllegalStateException("connection lost");
          }

          @Override
          public Tool.Result call(Tool.Call call, CallContext context) {
            throw new IllegalStateException();
          }
        };
    var snapshot = refresh(broken, new FakeSource("good").with("x"));
    assertEquals(List.of("x"), names(snapshot));
    assertTrue(snapshot.refusals().getFirst().reason().contains("connection lost"));
  }

  @Test
  void aSourceThatHangsIsGivenUpAfterTheTimeout() throws Exception {
    ToolSource hanging =
        new ToolSource() {
          @Override
          public String name() {
            return "hanging";
          }

          @Override
          public List<Tool.Spec> list() {
            try {
              Thread.sleep(60_000);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return List.of();
          }

          @Override
          public Tool.Result call(Tool.Call call, CallContext context) {
            throw new IllegalStateException();
          }
        };
    var limits = new CatalogLimits(4, 4, 1_000, 1_000, 1_500);
    long begun = System.nanoTime();
    var snapshot =
        new ToolCatalog(
                List.of(hanging, new FakeSource("good").with("x")), Policies.ALLOW_ALL, limits)
            .refresh();
    assertTrue(System.nanoTime() - begun < 20_000_000_000L);
    assertEquals(List.of("x"), names(snapshot));
    assertEquals(
        "it did not list its tools within 1500 ms", snapshot.refusals().getFirst().reason());
  }

  @Test
  void boundsToolsSchemasDescriptionsAndSources() throws Exception {
    var limits = new CatalogLimits(1, 2, 100, 50, 20_000);
    var source =
        new FakeSource("a")
            .with(FakeSource.spec("long_text", "x".repeat(51), FakeSource.ANYTHING))
            .with(
                FakeSource.spec(
                    "long_schema",
                    "",
                    "{\"type\":\"object\",\"title\":\"" + "x".repeat(100) + "\"}"))
            .with(FakeSource.spec("no_object", "", "{\"type\":\"string\"}"))
            .with(FakeSource.spec("no_schema", "", "true"))
            .with("one")
            .with("two")
            .with("three");
    var snapshot = new ToolCatalog(List.of(source), Policies.ALLOW_ALL, limits).refresh();
    assertEquals(List.of("one", "two"), names(snapshot));
    assertEquals(
        List.of("long_text", "long_schema", "no_object", "no_schema", "three"),
        snapshot.refusals().stream().map(ToolCatalog.Refusal::tool).toList());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ToolCatalog(
                List.of(new FakeSource("a"), new FakeSource("b")), Policies.ALLOW_ALL, limits));
  }

  @Test
  void aDeniedToolIsNotOffered() throws Exception {
    ToolPolicy policy = (source, raw, effects) -> raw.equals("rm") ? Decision.DENY : Decision.ALLOW;
    var snapshot =
        new ToolCatalog(
                List.of(new FakeSource("a").with("rm").with("ls")), policy, CatalogLimits.DEFAULT)
            .refresh();
    assertEquals(List.of("ls"), names(snapshot));
    assertEquals("the policy denies it", snapshot.refusals().getFirst().reason());
  }

  @Test
  void aSnapshotStaysAsItWas() throws Exception {
    FakeSource source = new FakeSource("a").with("x");
    ToolCatalog catalog =
        new ToolCatalog(List.of(source), Policies.ALLOW_ALL, CatalogLimits.DEFAULT);
    assertEquals(List.of(), names(catalog.snapshot()));
    var first = catalog.refresh();
    source.with("y");
    var second = catalog.refresh();
    assertEquals(List.of("x"), names(first));
    assertEquals(List.of("x", "y"), names(second));
    assertEquals(second, catalog.snapshot());
  }
}
