/// Rules about the code itself: which module may see which, how large things may get, and that the
/// gates still bite.
@NullMarked
package dev.stellwerk.architecture;

import org.jspecify.annotations.NullMarked;
