/// The HTTP edge: runs, their events as a stream, health.
///
/// Knows requests and responses. Refuses to know how a run works: it submits, follows and cancels.
@NullMarked
package dev.stellwerk.runtime.http;

import org.jspecify.annotations.NullMarked;
