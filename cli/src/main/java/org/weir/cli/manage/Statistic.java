package org.weir.cli.manage;

/// A count of something, for display.
///
/// @param group what it is a count of: a layer, an interface
/// @param name its name within the group
/// @param value how many
/// @param meaning what it says, or how much there may be; empty if the name says it all
public record Statistic(String group, String name, long value, String meaning) {}
