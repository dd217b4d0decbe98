/// The product as a user meets it: the launcher, real processes, real peers, the model that ships.
@NullMarked
package dev.stellwerk.e2e;

import org.jspecify.annotations.NullMarked;
