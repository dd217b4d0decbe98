/// What may be generated next: schemas compiled to automata over bytes, and from there to token
/// masks.
///
/// Knows bytes, schemas and a vocabulary's token bytes. Refuses to know logits, models and tool
/// execution.
///
/// ```java
/// TokenIndex index = TokenIndex.of(tokenizer); // once a tokenizer
/// Grammar grammar = new JsonSchemaCompiler(Options.COMPACT).compile(schema);
/// Constraint constraint = new SchemaConstraint(new Automaton(grammar, index));
/// ```
@NullMarked
package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.NullMarked;
