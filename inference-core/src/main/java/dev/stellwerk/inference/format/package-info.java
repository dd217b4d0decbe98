/// Model files, mapped into memory and checked before anything believes them.
///
/// Knows GGUF: metadata, tensor directory, offsets. Refuses to know what the tensors are for.
@NullMarked
package dev.stellwerk.inference.format;

import org.jspecify.annotations.NullMarked;
