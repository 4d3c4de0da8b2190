package org.weir.drivers;

import static org.weir.testkit.SegmentSpec.segment;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.weir.testkit.TcpScript;
import org.weir.testkit.TcpSubject;

/// The kernel's TCP, in real time. What is overridden here is where Linux (seen on 6.18) and Weir differ.
@Tag("kernel")
@ExtendWith({KernelCondition.class, InNamespace.class})
class TcpScriptsOnLinuxTest extends TcpSendingScripts {
    @Override
    TcpSubject subject() throws IOException {
        return new LinuxSubject();
    }

    // ---- differences ----

    /// Linux takes the acknowledgment of something else for a sign that the peer still has an old connection, and
    /// sends its SYN again at once instead of after a second. RFC 9293 section 3.10.7.3 only says "drop".
    @Override
    @Test
    void aResetThatDoesNotAcknowledgeTheSynIsIgnored() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0));
            t.receives(segment().rst().seq(0)).sendsNothing();
            t.receives(segment().rst().seq(0).ack(2))
                    .sends(segment().syn().seq(0))
                    .isTold("");
            t.receives(segment().syn().seq(0).ack(1)).sends(segment().seq(1).ack(1));
        }
    }

    /// Linux forgets a connection that nobody can read from and answers as for one that it does not know, without
    /// an acknowledgment (RFC 9293 section 3.10.7.1). Weir resets the connection that it still has, with one.
    @Override
    @Test
    void dataThatArrivesAfterCloseIsReset() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().seq(1).ack(2).length(10)).sends(segment().rst().seq(2));
        }
    }

    /// Linux lets a reset end TIME-WAIT, as RFC 9293 section 3.10.7.4 has it, unless `net.ipv4.tcp_rfc1337` is set.
    /// Weir ignores it, as RFC 1337 section 3 advises (fix F1).
    @Override
    @Test
    void timeWaitIgnoresAReset() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.receives(segment().rst().seq(2)).sendsNothing();
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().rst().seq(2));
        }
    }

    /// Linux probes a closed window with a segment that carries nothing and an old number, which has to be answered
    /// too. RFC 9293 section 3.8.6.1 asks for an octet of new data, and so does Weir.
    @Override
    @Test
    void aClosedWindowIsProbed() throws IOException {
        try (TcpScript t = established()) {
            t.writes(MSS).sendsSegments(1, 1, MSS);
            t.receives(segment().seq(1).ack(1_001).window(0))
                    .writes(MSS)
                    .after(150)
                    .sendsNothing();
            t.sends(segment().seq(1_000).ack(1));
            t.receives(segment().seq(1).ack(1_001).window(0)).after(300).sendsNothing();
            t.sends(segment().seq(1_000).ack(1));
            t.receives(segment().seq(1).ack(1_001).window(5_000)).sendsSegments(1, 1_001, MSS);
        }
    }
}
