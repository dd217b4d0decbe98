/// An interpreter for the part of Jinja that chat templates use, with the whitespace rules and the
/// Python semantics that Hugging Face's renderer has (jinja2 with `trim_blocks`, `lstrip_blocks`
/// and loop controls).
///
/// Values are Java's own: null is None, Boolean, Long, Double, String, List, Map; [Undefined] is
/// what a missing name or key gives. Nodes evaluate themselves by a plain virtual call and
/// functions are chosen by a switch over strings: both start without a single method handle, which
/// is why this exists (see docs/adr/0011).
///
/// Knows templates and values. Refuses to know conversations, models and files.
@NullMarked
package dev.stellwerk.inference.template.jinja;

import org.jspecify.annotations.NullMarked;
