package org.weir.testkit.torture;

/// One end of a connection, whatever interface it uses. Errors are told to the [TortureEnd] that owns it.
interface Pipe {
    /// What [#read] returns at the end of the stream.
    int END = -1;

    /// Sends up to `length` octets of the pattern that begin at `position`. Returns how many were taken; if fewer
    /// than `length`, the end is told when there is room.
    int write(long position, int length);

    /// Reads up to `length` octets and gives them to [Pattern#check]. Returns how many; 0 if there is nothing now.
    int read(long position, int length);

    /// Ends the output; false if that cannot be done before the connection is established.
    boolean shutdownOutput();

    /// Ends the connection in order. The pipe must not be used any more.
    void close();

    /// Ends the connection at once. The pipe must not be used any more.
    void abort();
}
