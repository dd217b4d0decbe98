/// Text to token ids and back, as the model file defines it.
///
/// Knows vocabularies, merges and special tokens. Refuses to know conversations and tensors.
@NullMarked
package dev.stellwerk.inference.tokenizer;

import org.jspecify.annotations.NullMarked;
