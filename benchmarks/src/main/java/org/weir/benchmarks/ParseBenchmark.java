package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// Reading a TCP header as the stack does: fixed part and options, without options, with timestamps, with timestamps
/// and selective acknowledgments.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParseBenchmark {
    /// Where a TCP header stands in an Ethernet frame.
    private static final int AT = 34;

    private final MemorySegment frame = Arena.ofAuto().allocate(128);
    private final TcpHeader header = new TcpHeader();
    private final TcpOptions options = new TcpOptions();

    /// SACK blocks; -1 for no options at all.
    @Param({"-1", "0", "3"})
    int blocks;

    @Setup
    public void write() {
        long end = AT + TcpHeader.LENGTH;
        if (blocks >= 0) {
            end = options.writeTimestamps(frame, end, 1, 2);
        }
        if (blocks > 0) {
            end = options.beginSack(frame, end, blocks);
            for (int i = 0; i < blocks; i++) {
                end = options.writeSackBlock(frame, end, i * 3_000, i * 3_000 + 1_460);
            }
        }
        header.at(frame, AT)
                .portsAndSequence(80, 50_000, 1)
                .acknowledgmentAndControl(2, (int) end - AT, TcpHeader.ACK, 1_000);
    }

    @Benchmark
    public long parse() {
        header.at(frame, AT);
        final long portsAndSequence = header.portsAndSequence();
        final long control = header.acknowledgmentAndControl();
        final int length = TcpHeader.headerLength(control);
        options.parse(frame, AT + TcpHeader.LENGTH, length - TcpHeader.LENGTH);
        return portsAndSequence + control + options.timestampValue() + options.sackBlocks();
    }
}
