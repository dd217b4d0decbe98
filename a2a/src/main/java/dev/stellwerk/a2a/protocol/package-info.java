/// The wire types of A2A 1.0 in their JSON form (ProtoJSON: camelCase, enums by name, absent means
/// default).
///
/// Knows shapes, not behaviour. Unknown fields are ignored, as section 5.7 of the specification
/// asks.
@NullMarked
package dev.stellwerk.a2a.protocol;

import org.jspecify.annotations.NullMarked;
