/// Kernels on an NVIDIA GPU, bound to the driver API through the Foreign Function and Memory API.
///
/// Knows the driver's calls and the packaged kernels. Refuses to know architectures.
@NullMarked
package dev.stellwerk.inference.backend.cuda;

import org.jspecify.annotations.NullMarked;
