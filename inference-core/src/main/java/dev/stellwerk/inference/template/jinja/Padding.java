package dev.stellwerk.inference.template.jinja;

/// `str.zfill`, `ljust`, `rjust` and `center`, and the filter of that name.
final class Padding {
  private Padding() {}

  static String pad(Run run, String text, String how, Arguments arguments) {
    boolean filter = how.equals("center") && arguments.positional().isEmpty();
    int width =
        Values.index(filter ? arguments.get(0, "width", 80L) : arguments.required(0, "width"));
    String fill = how.equals("zfill") ? "0" : Text.of(arguments.get(1, "fillchar", " "));
    int missing = Math.max(0, width - Text.length(text));
    if (missing == 0) {
      return text;
    }
    if (Text.length(fill) != 1) {
      throw new JinjaException("the fill character must be exactly one character long");
    }
    run.created((long) missing * fill.length());
    return switch (how) {
      case "ljust" -> text + fill.repeat(missing);
      case "rjust" -> fill.repeat(missing) + text;
      case "center" -> {
        int left = missing / 2 + (missing & width & 1);
        yield fill.repeat(left) + text + fill.repeat(missing - left);
      }
      default -> {
        int sign = !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
        yield text.substring(0, sign) + fill.repeat(missing) + text.substring(sign);
      }
    };
  }
}
