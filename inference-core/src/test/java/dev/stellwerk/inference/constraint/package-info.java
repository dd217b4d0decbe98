/// Tests of schemas, masks and constraints.
@NullMarked
package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.NullMarked;
