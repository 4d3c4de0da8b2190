package org.weir.testkit;

import org.weir.link.Link;

/// Puts something around the links of simulated hosts: a trace, a capture, a fault of one's own.
@FunctionalInterface
public interface LinkTap {
    /// Nothing.
    LinkTap NONE = (host, link) -> link;

    /// What the host called `host` uses in place of `link` (taken over).
    Link on(String host, Link link);
}
