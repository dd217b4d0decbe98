/// Decorators of tool sources: prefix, filter, approval, limits, one each.
///
/// Knows the [dev.stellwerk.tools.ToolSource] interface only. Refuses to know what is behind it.
@NullMarked
package dev.stellwerk.tools.source;

import org.jspecify.annotations.NullMarked;
