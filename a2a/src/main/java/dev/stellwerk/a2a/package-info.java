/// Agent2Agent: peers' skills become tools, and our agent becomes a peer.
///
/// The only module that sees A2A types. Refuses to know the runtime: it reaches an agent through
/// `AgentPort`.
@NullMarked
package dev.stellwerk.a2a;

import org.jspecify.annotations.NullMarked;
