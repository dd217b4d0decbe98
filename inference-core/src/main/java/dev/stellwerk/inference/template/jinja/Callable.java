package dev.stellwerk.inference.template.jinja;

import org.jspecify.annotations.Nullable;

/// A value that can be called: a macro, a method of a value, a global function.
interface Callable {
  @Nullable Object call(Run run, Arguments arguments);
}
