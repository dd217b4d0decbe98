/// Tests of the package of the same name.
@NullMarked
package dev.stellwerk.inference.backend;

import org.jspecify.annotations.NullMarked;
