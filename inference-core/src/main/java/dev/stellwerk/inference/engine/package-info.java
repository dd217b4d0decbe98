/// Token ids in, token ids out: sessions, scheduling, the paged KV cache and sampling.
///
/// Knows models and constraints by their interfaces. Refuses to know text, tools, templates and
/// HTTP.
@NullMarked
package dev.stellwerk.inference.engine;

import org.jspecify.annotations.NullMarked;
