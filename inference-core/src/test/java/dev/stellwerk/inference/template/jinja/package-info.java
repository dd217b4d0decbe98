/// Tests of the Jinja interpreter, against what jinja2 renders.
@NullMarked
package dev.stellwerk.inference.template.jinja;

import org.jspecify.annotations.NullMarked;
