/// Tests of the `store` package.
@NullMarked
package dev.stellwerk.runtime.store;

import org.jspecify.annotations.NullMarked;
