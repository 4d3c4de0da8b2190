package org.weir.testkit;

import java.util.function.BooleanSupplier;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.StackConfig;
import org.weir.time.TimerWheel;

/// Two hosts and the cable between them, in virtual time: 192.0.2.1 (`client`) and 192.0.2.2 (`server`). The same seed
/// gives the same run, event by event.
public final class SimulatedNetwork implements AutoCloseable {
    private static final long CLIENT_MAC = 0x02_00_00_00_00_01L;
    private static final long SERVER_MAC = 0x02_00_00_00_00_02L;
    private static final int CABLE_FRAMES = 1_024;

    private final SimulatedHost client;
    private final SimulatedHost server;
    private long nowNs;

    /// What a network is made of.
    ///
    /// @param config of both hosts
    /// @param mtu of the cable, octets of IP packet
    /// @param toServer what happens to frames of the client
    /// @param toClient what happens to frames of the server
    /// @param seed of everything random
    /// @param startNs the virtual time at which it begins
    public record Plan(StackConfig config, int mtu, FaultPlan toServer, FaultPlan toClient, long seed, long startNs) {
        /// A perfect cable with an MTU of 1,500 octets.
        public static Plan perfect() {
            return new Plan(
                    StackConfig.small().withTraceLeaks(false), 1_500, FaultPlan.none(), FaultPlan.none(), 1, 1_000_000);
        }

        /// The same faults in both directions.
        public Plan withFaults(FaultPlan faults) {
            return new Plan(config, mtu, faults, faults, seed, startNs);
        }

        public Plan withConfig(StackConfig stackConfig) {
            return new Plan(stackConfig, mtu, toServer, toClient, seed, startNs);
        }

        public Plan withSeed(long number) {
            return new Plan(config, mtu, toServer, toClient, number, startNs);
        }

        public Plan withMtu(int octets) {
            return new Plan(config, octets, toServer, toClient, seed, startNs);
        }
    }

    public SimulatedNetwork(Plan plan) {
        nowNs = plan.startNs();
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC, plan.mtu()), CABLE_FRAMES);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(SERVER_MAC, plan.mtu()), CABLE_FRAMES);
        near.connectTo(far);
        client = new SimulatedHost(
                plan.config(),
                new FaultInjector(near, plan.toServer(), FaultPlan.none(), plan.seed()),
                "192.0.2.1/24",
                plan.seed() + 1,
                nowNs);
        server = new SimulatedHost(
                plan.config(),
                new FaultInjector(far, plan.toClient(), FaultPlan.none(), plan.seed() + 2),
                "192.0.2.2/24",
                plan.seed() + 3,
                nowNs);
    }

    public SimulatedHost client() {
        return client;
    }

    public SimulatedHost server() {
        return server;
    }

    public long nowNs() {
        return nowNs;
    }

    /// Polls both hosts once; if neither had work, goes on to the next moment at which one has.
    ///
    /// @return false if nothing will ever happen again
    public boolean step() {
        return step(Long.MAX_VALUE);
    }

    /// As [#step], but goes no further than `limitNs`.
    private boolean step(long limitNs) {
        final int work = client.stack().poll(nowNs) + server.stack().poll(nowNs);
        if (work > 0) {
            return true;
        }
        final long next =
                Math.min(client.stack().nextDeadlineNs(), server.stack().nextDeadlineNs());
        if (next == TimerWheel.NEVER) {
            return false;
        }
        nowNs = Math.min(limitNs, Math.max(nowNs + 1, next));
        return true;
    }

    /// Runs until `done`, for at most `limitNs` of virtual time. Returns whether it is.
    public boolean runUntil(BooleanSupplier done, long limitNs) {
        final long endNs = nowNs + limitNs;
        while (!done.getAsBoolean() && nowNs - endNs < 0) {
            if (!step(endNs)) {
                break;
            }
        }
        return done.getAsBoolean();
    }

    /// Runs for `ns` of virtual time.
    public void run(long ns) {
        final long endNs = nowNs + ns;
        while (nowNs - endNs < 0 && step(endNs)) {
            continue;
        }
        nowNs = Math.max(nowNs, endNs);
        settle();
    }

    private void settle() {
        while (client.stack().poll(nowNs) + server.stack().poll(nowNs) > 0) {
            continue;
        }
    }

    /// Lets TIME-WAIT pass and asserts that neither host holds anything.
    public void assertNoLeaks() {
        run(200_000_000_000L);
        client.assertNoLeaks();
        server.assertNoLeaks();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
