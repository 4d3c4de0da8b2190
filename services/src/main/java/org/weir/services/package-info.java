/// Application protocols on the raw interface of the stack: echo, discard and character generator (RFC 862, 863,
/// 864). Larger ones have packages of their own.
///
/// A service belongs to the stack's owner and runs in its thread. What it needs is made when it starts; serving
/// allocates nothing, except where a class says otherwise.
@NullMarked
package org.weir.services;

import org.jspecify.annotations.NullMarked;
