/// The command line: verbs, options, what a person at a terminal sees, and exit codes.
///
/// Knows terminals. Refuses to know how things are wired together: it asks the config package.
@NullMarked
package dev.stellwerk.runtime.cli;

import org.jspecify.annotations.NullMarked;
