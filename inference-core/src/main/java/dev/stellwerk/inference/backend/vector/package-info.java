/// Kernels on the Java Vector API over off-heap segments; the only package that imports the
/// incubator module.
///
/// Knows lanes and memory layouts. Refuses to know architectures.
@NullMarked
package dev.stellwerk.inference.backend.vector;

import org.jspecify.annotations.NullMarked;
