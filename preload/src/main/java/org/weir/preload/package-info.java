/// The host's side of `libweir.so`: serves the sockets of native programs that were started with the library.
///
/// ```text
///   control socket - ControlListener - ControlClient - Calls ------ sockets of the stack
///   socket pairs   - ProgramSocket   - StreamPump, DatagramPump, AcceptPump, ConnectPump
/// ```
@NullMarked
package org.weir.preload;

import org.jspecify.annotations.NullMarked;
