/// What may be generated next: schemas compiled to automata over bytes, and from there to token
/// masks.
///
/// Knows bytes, schemas and a vocabulary's token bytes. Refuses to know logits, models and tool
/// execution.
@NullMarked
package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.NullMarked;
