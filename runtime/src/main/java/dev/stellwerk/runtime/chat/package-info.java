/// Who produces a turn: a model that reads messages and answers with text and calls.
///
/// Knows conversations; its local implementation knows templates, tokens and the engine. Refuses to
/// know how tools run and where events go.
@NullMarked
package dev.stellwerk.runtime.chat;

import org.jspecify.annotations.NullMarked;
