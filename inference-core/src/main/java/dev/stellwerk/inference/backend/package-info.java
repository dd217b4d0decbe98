/// Where the arithmetic runs.
///
/// Knows buffers, element types and kernels. Refuses to know architectures and tokens.
@NullMarked
package dev.stellwerk.inference.backend;

import org.jspecify.annotations.NullMarked;
