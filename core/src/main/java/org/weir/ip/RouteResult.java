package org.weir.ip;

/// What came of a change to the routing table.
public enum RouteResult {
    DONE,
    /// There is a route with the same destination and metric.
    EXISTS,
    /// There is none.
    NOT_FOUND,
    /// The table holds as many routes as its stack has room for.
    FULL
}
