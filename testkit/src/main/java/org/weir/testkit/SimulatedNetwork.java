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
///
/// ```text
///   client - tap - faults to the server - cable - faults to the client - tap - server
/// ```
public final class SimulatedNetwork implements AutoCloseable {
    private static final long CLIENT_MAC = 0x02_00_00_00_00_01L;
    private static final long SERVER_MAC = 0x02_00_00_00_00_02L;
    private static final int CABLE_FRAMES = 1_024;
    /// More polls than this without a step of the clock, and the stacks keep each other busy for nothing.
    private static final int POLLS_AT_ONCE = 1_000_000;

    private final SimulatedHost client;
    private final SimulatedHost server;
    private long nowNs;
    private long polls;
    private int pollsAtOnce;

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
        this(plan, LinkTap.NONE);
    }

    /// As above; each host's link is what `tap` makes of it.
    public SimulatedNetwork(Plan plan, LinkTap tap) {
        nowNs = plan.startNs();
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC, plan.mtu()), CABLE_FRAMES);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(SERVER_MAC, plan.mtu()), CABLE_FRAMES);
        near.connectTo(far);
        client = new SimulatedHost(
                plan.config(),
                tap.on("client", new FaultInjector(near, plan.toServer(), FaultPlan.none(), plan.seed())),
                "192.0.2.1/24",
                plan.seed() + 1,
                nowNs);
        server = new SimulatedHost(
                plan.config(),
                tap.on("server", new FaultInjector(far, plan.toClient(), FaultPlan.none(), plan.seed() + 2)),
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
    ///
    /// @throws IllegalStateException if the hosts have worked for very long while no time passed
    public boolean step(long limitNs) {
        if (poll() > 0) {
            return true;
        }
        pollsAtOnce = 0;
        final long next =
                Math.min(client.stack().nextDeadlineNs(), server.stack().nextDeadlineNs());
        if (next == TimerWheel.NEVER) {
            return false;
        }
        nowNs = Math.min(limitNs, Math.max(nowNs + 1, next));
        return true;
    }

    private int poll() {
        polls++;
        if (++pollsAtOnce > POLLS_AT_ONCE) {
            throw new IllegalStateException("the hosts work for ever at " + nowNs + " ns");
        }
        return client.stack().poll(nowNs) + server.stack().poll(nowNs);
    }

    /// How often both hosts were polled.
    public long polls() {
        return polls;
    }

    /// Lets time pass in which nothing happens, up to `timeNs`; no effect if it is later already.
    public void skipTo(long timeNs) {
        nowNs = Math.max(nowNs, timeNs);
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
        skipTo(endNs);
        settle();
    }

    private void settle() {
        while (poll() > 0) {
            continue;
        }
        pollsAtOnce = 0;
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
