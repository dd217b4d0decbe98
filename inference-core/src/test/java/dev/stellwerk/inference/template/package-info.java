/// Tests of templates and tool-call formats.
@NullMarked
package dev.stellwerk.inference.template;

import org.jspecify.annotations.NullMarked;
