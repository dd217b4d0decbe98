/// Programs that docs/guides shows, as they are.
@NullMarked
package dev.stellwerk.inference.example;

import org.jspecify.annotations.NullMarked;
