package org.weir.testkit.grid;

import java.util.function.UnaryOperator;
import org.weir.link.Bottleneck;
import org.weir.link.FaultPlan;
import org.weir.tcp.EcnMode;
import org.weir.time.StackClock;

/// A network and what is sent over it, from the client to the server.
///
/// Both directions have a router with a queue of one bandwidth-delay product, 64 frames at least, that drops what
/// does not fit; half of the round-trip time passes in each. Losses and other faults are those of the data's
/// direction, unless the name says otherwise.
///
/// @param name what it is called: rate, round-trip time, what is special
/// @param path the plain network
/// @param load what is sent
/// @param toServer everything that happens to data
/// @param toClient everything that happens to acknowledgments
public record GridCell(String name, Path path, Load load, FaultPlan toServer, FaultPlan toClient) {
    /// Octets of a full frame, Ethernet header included; rates count them all.
    static final int FRAME = 1_514;

    private static final int LEAST_QUEUE = 64;

    /// The network without faults.
    ///
    /// @param bitsPerSecond of the bottleneck
    /// @param roundTripNs without waiting in queues
    public record Path(long bitsPerSecond, long roundTripNs) {
        /// Full frames that fill the path once.
        public int product() {
            return (int) (bitsPerSecond / 8 * roundTripNs / StackClock.SECOND / FRAME);
        }

        /// Frames that the queue holds.
        public int queue() {
            return Math.max(LEAST_QUEUE, product());
        }
    }

    /// What is sent.
    ///
    /// @param flows connections; each begins a round-trip time after the one before
    /// @param octets that each sends; 0 for as much as it can
    /// @param window octets that each may have on the way
    /// @param durationNs virtual time after which the cell ends, if its octets have not arrived before
    /// @param ecn whether the hosts ask for marks instead of losses
    public record Load(int flows, long octets, int window, long durationNs, EcnMode ecn) {}

    /// A cell without faults: one connection sends as much as it can, and its window does not hold it back.
    static GridCell plain(String name, Path path, long durationNs) {
        final int window = 2 * (path.product() + path.queue()) * FRAME;
        final FaultPlan oneWay = FaultPlan.none()
                .withBottleneck(Bottleneck.router(path.bitsPerSecond(), path.queue()))
                .withDelay(path.roundTripNs() / 2);
        return new GridCell(name, path, new Load(1, 0, window, durationNs, EcnMode.OFF), oneWay, oneWay);
    }

    GridCell withFaults(UnaryOperator<FaultPlan> change) {
        return new GridCell(name, path, load, change.apply(toServer), toClient);
    }

    GridCell withReplyFaults(UnaryOperator<FaultPlan> change) {
        return new GridCell(name, path, load, toServer, change.apply(toClient));
    }

    GridCell withFlows(int count) {
        return withLoad(new Load(count, load.octets, load.window, load.durationNs, load.ecn));
    }

    /// One connection sends `octets`, and has at most `window` of them on the way.
    GridCell withTransfer(long octets, int window) {
        return withLoad(new Load(1, octets, window, load.durationNs, load.ecn));
    }

    GridCell withEcn() {
        return withLoad(new Load(load.flows, load.octets, load.window, load.durationNs, EcnMode.ACTIVE));
    }

    private GridCell withLoad(Load other) {
        return new GridCell(name, path, other, toServer, toClient);
    }
}
