package dev.stellwerk.tools;

/// Bounds of a catalogue.
///
/// @param sourcesMax sources in one catalogue
/// @param toolsMax tools in one catalogue; those after are refused
/// @param schemaBytesMax size of one tool's schemas as JSON text; a larger tool is refused
/// @param descriptionCharsMax length of one description; a longer tool is refused
/// @param listTimeoutMillis how long a source may take to list its tools
public record CatalogLimits(
    int sourcesMax,
    int toolsMax,
    int schemaBytesMax,
    int descriptionCharsMax,
    int listTimeoutMillis) {
  public static final CatalogLimits DEFAULT =
      new CatalogLimits(64, 8_192, 256 * 1024, 64 * 1024, 10_000);

  public CatalogLimits {
    Checks.positive("sourcesMax", sourcesMax);
    Checks.positive("toolsMax", toolsMax);
    Checks.positive("schemaBytesMax", schemaBytesMax);
    Checks.positive("descriptionCharsMax", descriptionCharsMax);
    Checks.positive("listTimeoutMillis", listTimeoutMillis);
  }
}
