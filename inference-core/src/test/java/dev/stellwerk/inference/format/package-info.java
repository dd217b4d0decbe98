/// Tests of the model files, and [GgufWriter], the fixture that other packages' tests use.
@NullMarked
package dev.stellwerk.inference.format;

import org.jspecify.annotations.NullMarked;
