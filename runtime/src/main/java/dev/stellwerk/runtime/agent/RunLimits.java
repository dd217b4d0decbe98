package dev.stellwerk.runtime.agent;

/// What a run may use before it is stopped.
///
/// @param turnsMax turns of the model
/// @param toolCallsMax calls over all turns
/// @param tokensMax tokens read and written, over all turns
/// @param turnTokensMax tokens written in one turn
/// @param wallMillisMax from start to end
/// @param callMillisMax one tool call
/// @param resultCharsMax of a tool's result, as the model reads it
/// @param repeatedCallsMax an identical call made this often ends the run
public record RunLimits(
    int turnsMax,
    int toolCallsMax,
    int tokensMax,
    int turnTokensMax,
    long wallMillisMax,
    long callMillisMax,
    int resultCharsMax,
    int repeatedCallsMax) {
  public RunLimits {
    atLeastOne(turnsMax, "turnsMax");
    atLeastOne(toolCallsMax, "toolCallsMax");
    atLeastOne(tokensMax, "tokensMax");
    atLeastOne(turnTokensMax, "turnTokensMax");
    atLeastOne(wallMillisMax, "wallMillisMax");
    atLeastOne(callMillisMax, "callMillisMax");
    atLeastOne(resultCharsMax, "resultCharsMax");
    atLeastOne(repeatedCallsMax, "repeatedCallsMax");
  }

  private static void atLeastOne(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " " + value + " is below 1");
    }
  }
}
