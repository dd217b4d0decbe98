/// How well a model calls tools: cases with acceptable answers, scored.
///
/// Knows chat models and JSON. Refuses to know terminals and files' places.
@NullMarked
package dev.stellwerk.runtime.eval;

import org.jspecify.annotations.NullMarked;
