/// A conversation rendered as the model was trained to read it, and its tool calls parsed as it
/// writes them.
///
/// Knows roles, messages, functions and each family's tool-call format. Refuses to know how tools
/// run.
@NullMarked
package dev.stellwerk.inference.template;

import org.jspecify.annotations.NullMarked;
