/// The tools that come with the product: files under one root folder, arithmetic, the clock, notes.
///
/// Knows this machine's files and time. Refuses to know the network, processes and models.
@NullMarked
package dev.stellwerk.tools.builtin;

import org.jspecify.annotations.NullMarked;
