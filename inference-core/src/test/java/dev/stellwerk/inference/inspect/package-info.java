/// Tests of reports about model files.
@NullMarked
package dev.stellwerk.inference.inspect;

import org.jspecify.annotations.NullMarked;
