/// Tests of the `http` package.
@NullMarked
package dev.stellwerk.runtime.http;

import org.jspecify.annotations.NullMarked;
