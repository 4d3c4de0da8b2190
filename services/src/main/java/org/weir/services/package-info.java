/// Application protocols on the raw interface of the stack: echo, discard and character generator (RFC 862, 863,
/// 864), and a small HTTP/1.1 server.
///
/// A service belongs to the stack's owner and runs in its thread. What it needs is made when it starts; serving
/// allocates nothing, except where a class says otherwise.
@NullMarked
package org.weir.services;

import org.jspecify.annotations.NullMarked;
