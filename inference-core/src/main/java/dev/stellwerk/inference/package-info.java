/// The inference core: a library that runs Mixture-of-Experts language models from GGUF files.
///
/// Usable on its own. Refuses to know Quarkus, MCP, A2A and tool execution.
@NullMarked
package dev.stellwerk.inference;

import org.jspecify.annotations.NullMarked;
