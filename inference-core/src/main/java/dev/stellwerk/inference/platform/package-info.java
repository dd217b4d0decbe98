/// What the machine offers: processor features, memory, native symbols.
///
/// Knows the operating system. Refuses to know models.
@NullMarked
package dev.stellwerk.inference.platform;

import org.jspecify.annotations.NullMarked;
