/// Tests of the `config` package.
@NullMarked
package dev.stellwerk.runtime.config;

import org.jspecify.annotations.NullMarked;
