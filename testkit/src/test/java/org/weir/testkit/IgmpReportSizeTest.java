package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.TcpScenario.seconds;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.link.LinkCapabilities;
import org.weir.stack.SocketGroups;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

/// Reports on the smallest link that IPv4 knows, which carries 36 octets of records: RFC 3376 section 4.2.16.
class IgmpReportSizeTest {
    private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");
    private static final int ETH0 = 2;

    private final FramePeer wire = new FramePeer(
            StackConfig.small(),
            LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, LinkCapabilities.MINIMUM_MTU),
            1,
            1_000_000_000L);
    private final IgmpQuerier router = new IgmpQuerier(wire);
    private final Sockets sockets = wire.stack().sockets();
    private final SocketGroups groups = sockets.groups();
    private final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);

    @AfterEach
    void nothingLeaks() {
        sockets.close(socket);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private static String records(int count) {
        return "224.0.0.22 IGMP v3 report, " + count + " group record(s)";
    }

    private static IpAddress source(int number) {
        return IpAddress.ofIpv4(0xC633_6400 + number);
    }

    /// The record of a report with these sources.
    private static String record(String type, int first, int last) {
        final StringBuilder line = new StringBuilder(records(1) + " [gaddr 239.1.1.1 " + type + " {");
        for (int i = first; i <= last; i++) {
            line.append(' ').append(source(i));
        }
        return line.append(" }]").toString();
    }

    @Test
    void moreGroupsThanOneReportHoldsTakeTwo() {
        for (int i = 0; i < 6; i++) {
            assertEquals(0, groups.join(socket, IpAddress.ofIpv4(GROUP.ipv4() + i), ETH0));
        }
        router.hearsWithin(seconds(10));
        router.asks(0, 0);
        final List<String> answer = router.hears();
        assertEquals(2, answer.size());
        assertEquals(records(4), answer.get(0).substring(0, records(4).length()));
        assertEquals(records(2), answer.get(1).substring(0, records(2).length()));
    }

    @Rfc("3376 M20")
    @Test
    void aListOfIncludedSourcesIsSplit() {
        for (int i = 1; i <= 16; i++) {
            assertEquals(0, groups.joinSource(socket, GROUP, ETH0, source(i)));
        }
        router.hearsWithin(seconds(10));
        router.asks(0, 0);
        assertEquals(List.of(record("is_in", 1, 7), record("is_in", 8, 14), record("is_in", 15, 16)), router.hears());
    }

    @Rfc("3376 M20")
    @Test
    void aListOfExcludedSourcesIsCut() {
        groups.join(socket, GROUP, ETH0);
        for (int i = 1; i <= 16; i++) {
            assertEquals(0, groups.blockSource(socket, GROUP, ETH0, source(i)));
        }
        router.hearsWithin(seconds(10));
        router.asks(0, 0);
        assertEquals(List.of(record("is_ex", 1, 7)), router.hears());
    }
}
