package dev.stellwerk.tools;

/// How much of a catalogue one prompt shows.
///
/// @param toolsMax a larger catalogue is cut to this many tools
/// @param descriptionCharsMax a longer description is cut after a sentence
/// @param requestCharsMax of the request, the part that is searched with
public record SelectorLimits(int toolsMax, int descriptionCharsMax, int requestCharsMax) {
  public static final SelectorLimits DEFAULT = new SelectorLimits(8, 160, 4_000);

  public SelectorLimits {
    Checks.positive("toolsMax", toolsMax);
    Checks.positive("descriptionCharsMax", descriptionCharsMax);
    Checks.positive("requestCharsMax", requestCharsMax);
  }
}
