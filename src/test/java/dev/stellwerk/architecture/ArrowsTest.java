package dev.stellwerk.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The compile-time arrows of the architecture page; there are no others.
@AnalyzeClasses(packages = "dev.stellwerk", importOptions = DoNotIncludeTests.class)
final class ArrowsTest {
  private static final String INFERENCE = "dev.stellwerk.inference..";
  private static final String TOOLS = "dev.stellwerk.tools..";
  private static final String MCP = "dev.stellwerk.mcp..";
  private static final String A2A = "dev.stellwerk.a2a..";
  private static final String RUNTIME = "dev.stellwerk.runtime..";

  @ArchTest
  static final ArchRule inferenceStandsAlone =
      noClasses()
          .that()
          .resideInAPackage(INFERENCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              TOOLS,
              MCP,
              A2A,
              RUNTIME,
              "io.quarkus..",
              "io.smallrye..",
              "jakarta..",
              "io.modelcontextprotocol..");

  @ArchTest
  static final ArchRule toolsKnowNoProtocolAndNoModel =
      noClasses()
          .that()
          .resideInAPackage(TOOLS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              INFERENCE,
              MCP,
              A2A,
              RUNTIME,
              "io.quarkus..",
              "io.smallrye..",
              "io.modelcontextprotocol..");

  @ArchTest
  static final ArchRule bridgesSeeToolsOnly =
      noClasses()
          .that()
          .resideInAnyPackage(MCP, A2A)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(INFERENCE, RUNTIME, "io.quarkus..");

  @ArchTest
  static final ArchRule bridgesDoNotSeeEachOther =
      noClasses().that().resideInAPackage(A2A).should().dependOnClassesThat().resideInAPackage(MCP);

  @ArchTest
  static final ArchRule mcpDoesNotSeeA2a =
      noClasses().that().resideInAPackage(MCP).should().dependOnClassesThat().resideInAPackage(A2A);

  @ArchTest
  static final ArchRule mcpTypesStayInTheBridge =
      noClasses()
          .that()
          .resideOutsideOfPackage(MCP)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.modelcontextprotocol..");

  @ArchTest
  static final ArchRule vectorApiStaysInItsBackend =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stellwerk.inference.backend.vector..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule foreignCallsStayAtTheEdge =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.stellwerk.inference.backend.cuda..",
              "dev.stellwerk.inference.backend.nativecpu..",
              "dev.stellwerk.inference.platform..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker");

  @ArchTest
  static final ArchRule theEngineKnowsNoText =
      noClasses()
          .that()
          .resideInAPackage("dev.stellwerk.inference.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.stellwerk.inference.tokenizer..", "dev.stellwerk.inference.template..");

  @ArchTest
  static final ArchRule architecturesDoNotKnowWhereArithmeticRuns =
      noClasses()
          .that()
          .resideInAPackage("dev.stellwerk.inference.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.stellwerk.inference.backend.scalar..",
              "dev.stellwerk.inference.backend.vector..",
              "dev.stellwerk.inference.backend.cuda..");

  @ArchTest
  static final ArchRule configurationIsReadInOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stellwerk.runtime.config..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("io.smallrye.config.ConfigMapping");

  @ArchTest
  static final ArchRule mutinyLivesAtTheEdges =
      noClasses()
          .that()
          .haveSimpleName("AgentLoop")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.smallrye.mutiny..");
}
