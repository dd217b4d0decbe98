/// The journal of runs in an embedded H2 database.
///
/// Knows SQL and the JSON form of events. Refuses to know the loop that writes them and the edges
/// that read them.
@NullMarked
package dev.stellwerk.runtime.store;

import org.jspecify.annotations.NullMarked;
