package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.weir.base.SplitMix64;
import org.weir.ip.AddressListener;
import org.weir.ip.ConflictPolicy;
import org.weir.ip.NeighborState;
import org.weir.ip.Netif;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// ARP against the kernel and `arping` over a TAP: 10.10.10.2 here, 10.10.10.1 there. Time is real.
class TapArpTest {
    private static final IpAddress KERNEL = IpAddress.parse("10.10.10.1");
    private static final IpPrefix OURS = IpPrefix.parse("10.10.10.2/24");
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final int DUPLICATE = 1;

    @KernelTest
    void arpingGetsItsAnswers() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                final Outcome outcome = rig.runs("arping -c 3 -w 10 -I weir0 10.10.10.2");
                assertEquals(0, outcome.status, outcome.output);
                assertTrue(outcome.output.contains("Received 3 response"), outcome.output);
                assertTrue(outcome.output.contains("[02:00:00:00:00:02]"), outcome.output);
            }
        });
    }

    @KernelTest
    void whoLooksForADuplicateFindsOurAddressTakenAndAnotherFree() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                final Outcome taken = rig.runs("arping -D -c 2 -w 5 -I weir0 10.10.10.2");
                assertEquals(DUPLICATE, taken.status, taken.output);
                final Outcome free = rig.runs("arping -D -c 1 -w 2 -I weir0 10.10.10.3");
                assertEquals(0, free.status, free.output);
                assertEquals(0, rig.stack.ipv4().claims().conflicts(), "to ask is no claim");
            }
        });
    }

    @KernelTest
    void aSecondHostWithOurAddressIsNoticedAndAnswered() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                rig.runs("ip address add 10.10.10.2/32 dev weir0");
                final Outcome outcome = rig.runs("arping -U -c 2 -I weir0 -s 10.10.10.2 10.10.10.2");
                assertEquals(2, rig.stack.ipv4().claims().conflicts(), outcome.output);
                assertEquals(1, rig.stack.ipv4().claims().defences(), "once in ten seconds");
                assertTrue(rig.netif.hasAddress(OURS.address().ipv4()));
            }
        });
    }

    @KernelTest
    void aGratuitousPacketMovesAnEntry() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                rig.runs("ping -c 1 -w 5 10.10.10.2");
                final long before = rig.stack.neighbors().hardwareAddressOf(rig.netif, KERNEL);
                assertTrue(before > 0, "the kernel has asked");
                rig.runs("ip link set dev weir0 address 02:00:00:00:00:77");
                rig.runs("arping -U -c 1 -I weir0 -s 10.10.10.1 10.10.10.1");
                assertEquals(
                        MacAddress.parse("02:00:00:00:00:77"),
                        rig.stack.neighbors().hardwareAddressOf(rig.netif, KERNEL));
                assertEquals(NeighborState.STALE, rig.stack.neighbors().stateOf(rig.netif, KERNEL));
                final Outcome outcome = rig.runs("ping -c 1 -w 5 10.10.10.2");
                assertTrue(outcome.output.contains(" 1 received"), outcome.output);
            }
        });
    }

    @KernelTest
    void theKernelKeepsItsAddressFromBeingClaimed() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                final Told told = new Told();
                rig.stack.claimAddress(rig.netif, IpPrefix.parse("10.10.10.1/24"), ConflictPolicy.DEFEND, told);
                assertTrue(rig.worksUntil(() -> told.lost));
                assertEquals(1, rig.netif.addresses().size());
            }
        });
    }

    @KernelTest
    void aFreeAddressIsClaimedAndPinged() throws Exception {
        Namespace.run(() -> {
            try (Rig rig = new Rig()) {
                final Told told = new Told();
                rig.stack.claimAddress(rig.netif, IpPrefix.parse("10.10.10.9/24"), ConflictPolicy.DEFEND, told);
                assertTrue(rig.worksUntil(() -> told.accepted));
                final Outcome outcome = rig.runs("ping -c 1 -w 5 10.10.10.9");
                assertTrue(outcome.output.contains(" 1 received"), outcome.output);
            }
        });
    }

    private static final class Told implements AddressListener {
        private boolean accepted;
        private boolean lost;

        @Override
        public void accepted(Netif netif, IpPrefix address) {
            accepted = true;
        }

        @Override
        public void conflict(Netif netif, IpPrefix address, long rival) {
            throw new AssertionError("nobody else claims " + address);
        }

        @Override
        public void lost(Netif netif, IpPrefix address, long rival) {
            lost = true;
        }
    }

    /// What a program came to.
    private record Outcome(int status, String output) {}

    /// A stack on a TAP in the namespace of the test.
    private static final class Rig implements AutoCloseable {
        private final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
        private final LinkWaiter waiter;
        private final Netif netif;

        private Rig() throws IOException {
            final TapLink link = TapLink.open(TapOptions.tap("weir0").withHardwareAddress(TapHost.MAC));
            final KernelInterface kernel = KernelInterface.named(link.name());
            kernel.address(new IpPrefix(KERNEL, 24));
            kernel.up();
            waiter = LinkWaiter.on(link.fileDescriptor());
            netif = stack.addInterface("weir0", link);
            stack.addAddress(netif, OURS);
        }

        private void works() {
            stack.poll(System.nanoTime());
            waiter.await(Math.clamp(stack.nextDeadlineNs() - System.nanoTime(), 0, 5_000_000L));
        }

        private boolean worksUntil(BooleanSupplier done) {
            final long end = System.nanoTime() + PATIENCE_NS;
            while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
                works();
            }
            return done.getAsBoolean();
        }

        /// Runs a program of the kernel's side while the stack works.
        private Outcome runs(String command) throws Exception {
            needs(command.substring(0, command.indexOf(' ')));
            final Path output = Files.createTempFile("weir", ".out");
            final Process process = new ProcessBuilder(List.of(command.split(" ", -1)))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertTrue(worksUntil(() -> !process.isAlive()), command);
                assertTrue(process.waitFor(1, TimeUnit.SECONDS));
                works();
                return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                process.destroy();
                Files.delete(output);
            }
        }

        private static void needs(String tool) {
            final boolean isThere = List.of(System.getenv("PATH").split(":")).stream()
                    .anyMatch(d -> Files.isExecutable(Path.of(d, tool)));
            Assumptions.assumeTrue(isThere, "skipped: " + tool + " is not installed (scripts/install-tools.sh)");
        }

        @Override
        public void close() {
            stack.close();
            waiter.close();
        }
    }
}
