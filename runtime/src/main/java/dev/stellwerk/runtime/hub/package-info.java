/// Brings model files from a hub or any HTTPS server: finds them, transfers them in steps that can
/// be taken up again, and checks what came.
///
/// Knows HTTP and the hub's listing. Refuses to know what is in the files, and trusts no server
/// further than its checksum.
@NullMarked
package dev.stellwerk.runtime.hub;

import org.jspecify.annotations.NullMarked;
