package dev.stellwerk.inference.tokenizer;

/// One pattern of a pre-tokenizer. It cuts a stretch of text into its matches and what lies between
/// them.
///
/// Written out by hand and not as `java.util.regex`: a pattern costs more to warm up than a prompt
/// costs to split, and its matcher takes quadratic time where these take linear.
interface Splitter {
  /// Where the match that begins at `from` ends, or, if none begins there, where the next one
  /// begins. What lies behind `to` is not looked at.
  ///
  /// @param from less than `to`
  /// @return more than `from`, at most `to`
  int end(String text, int from, int to);
}
