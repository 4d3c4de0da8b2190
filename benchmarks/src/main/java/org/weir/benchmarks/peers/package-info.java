/// Side-by-side measurements: this stack and its peers, each on a private network of its own, under the same loads, in
/// turn in one run.
///
/// ```text
///   namespace                             namespace             namespace
///   +-----------------------------+       +-----------+         +---------+
///   | load   10.10.10.1 - TAP - stack     | load  10.10.10.1 - veth - server |
///   +-----------------------------+       +-----------+         +---------+
/// ```
///
/// The other programs are in `benchmarks/peers`; they are compiled when they are first used.
@NullMarked
package org.weir.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
