/// Tests of the package of the same name.
@NullMarked
package dev.stellwerk.inference.model;

import org.jspecify.annotations.NullMarked;
