/// Tests of the `chat` package.
@NullMarked
package dev.stellwerk.runtime.chat;

import org.jspecify.annotations.NullMarked;
