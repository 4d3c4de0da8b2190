/// The trivial file transfer protocol, RFC 1350, in octet mode, with options (RFC 2347, 2348, 2349) and windows (RFC
/// 7440): a server and a client on the raw interface of the stack.
///
/// Everything belongs to the stack's owner and runs in its thread, file access included. Requests and files that are
/// written allocate.
@NullMarked
package org.weir.services.tftp;

import org.jspecify.annotations.NullMarked;
