/// A conversation rendered as the model was trained to read it, and its tool calls parsed as it
/// writes them.
///
/// Knows roles, messages, functions and each family's tool-call format. Refuses to know how tools
/// run.
///
/// ```java
/// var format = new KimiK2Format(tokenizer, KimiK2Format.Options.DEFAULTS);
/// Constraint constraint = format.constraint(functions, new ToolCallFormat.Choice.Auto(), true, 0);
/// TurnParser parser = format.parser(); // accept(token) of each token that was generated
/// ```
@NullMarked
package dev.stellwerk.inference.template;

import org.jspecify.annotations.NullMarked;
