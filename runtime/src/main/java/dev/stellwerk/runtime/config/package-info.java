/// The one configuration, its defaults, and the wiring of the parts.
///
/// Knows every part's constructor. The only package with configuration mappings.
@NullMarked
package dev.stellwerk.runtime.config;

import org.jspecify.annotations.NullMarked;
