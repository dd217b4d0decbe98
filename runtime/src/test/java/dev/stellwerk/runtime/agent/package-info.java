/// Tests of the `agent` package.
@NullMarked
package dev.stellwerk.runtime.agent;

import org.jspecify.annotations.NullMarked;
