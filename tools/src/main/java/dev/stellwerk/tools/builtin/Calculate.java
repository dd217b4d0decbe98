package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;

/// `calculate`: the value of an arithmetic expression.
record Calculate() implements BuiltinTool {
  private static final Tool.Spec SPEC =
      Specs.of(
          "calculate", "Work out an arithmetic expression.", Tool.Effects.READ_ONLY, "expression");

  @Override
  public Tool.Spec spec() {
    return SPEC;
  }

  @Override
  public String run(Arguments arguments) throws ToolFailure {
    return Numbers.show(new Expression(arguments.text("expression")).value());
  }
}
