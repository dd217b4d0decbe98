/// Tests of the package of the same name.
@NullMarked
package dev.stellwerk.inference.engine;

import org.jspecify.annotations.NullMarked;
