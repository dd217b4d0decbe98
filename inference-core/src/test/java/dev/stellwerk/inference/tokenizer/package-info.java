/// Tests of the tokenizers, and [SmallVocabulary], the fixture that other packages' tests use.
@NullMarked
package dev.stellwerk.inference.tokenizer;

import org.jspecify.annotations.NullMarked;
