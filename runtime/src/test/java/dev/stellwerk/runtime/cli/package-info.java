/// Tests of the `cli` package.
@NullMarked
package dev.stellwerk.runtime.cli;

import org.jspecify.annotations.NullMarked;
