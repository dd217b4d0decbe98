/// Tests of pulling, against servers on this machine that misbehave.
@NullMarked
package dev.stellwerk.runtime.hub;

import org.jspecify.annotations.NullMarked;
