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
///
/// How a schema becomes a mask:
///
/// - [SchemaReader] follows references and multiplies out choices into [Shape]s, each a conjunction
///   of demands; [Negation] rewrites opposites, so that shapes know none.
/// - [SchemaGraph] turns shapes into the nodes of a [Grammar]: texts of automata ([Dfa], made by
///   [Nfa], [Patterns], [Numerals], [Multiples]), counted strings ([Counted]), arrays, objects.
/// - [ObjectRule] says which members may follow those that are there ([Seen]).
/// - [ByteAutomaton] runs the grammar byte by byte, with interned stacks, and remembers the states
///   that texts have reached.
/// - [TokenTrie] walks the vocabulary through it; [Automaton] remembers the masks.
///
/// Nothing is offered that cannot be brought to an end: every node knows how much stack it needs.
@NullMarked
package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.NullMarked;
