/// Quantised numbers: how weights are stored in model files, and how activations are rounded to
/// meet them.
///
/// Knows the block formats of GGUF and the definition of the exact product. Refuses to know
/// vectors, threads and where weights end up.
@NullMarked
package dev.stellwerk.inference.backend.quant;

import org.jspecify.annotations.NullMarked;
