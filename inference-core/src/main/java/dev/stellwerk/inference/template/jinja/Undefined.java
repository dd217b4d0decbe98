package dev.stellwerk.inference.template.jinja;

/// The value of a name, key or attribute that is not there: false, empty, and an error to look
/// into.
///
/// @param name what was looked for, for messages
record Undefined(String name) {}
