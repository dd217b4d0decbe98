package dev.stellwerk.inference.template.jinja;

/// Text behind the filter `safe`: joined by `+` it stays as it is, and other text that it is joined
/// with is escaped for HTML, as markupsafe's strings do. Everything else reads it as plain text.
record Safe(String text) {
  /// `markupsafe.escape`.
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }
}
