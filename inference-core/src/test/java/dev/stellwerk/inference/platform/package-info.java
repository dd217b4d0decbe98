/// Tests of what the machine offers.
@NullMarked
package dev.stellwerk.inference.platform;

import org.jspecify.annotations.NullMarked;
