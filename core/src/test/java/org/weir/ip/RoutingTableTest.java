package org.weir.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.base.KeyedHash;
import org.weir.base.SplitMix64;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

class RoutingTableTest {
    private static final IpPrefix EVERYTHING = IpPrefix.parse("0.0.0.0/0");

    private final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), 0);
    private final Netif netif = stack.addInterface("eth0", link(1));
    private final Netif other = stack.addInterface("eth1", link(2));
    private final RoutingTable table = table(64);

    private static PairLink link(long mac) {
        return new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_00L + mac, 1_500), 16);
    }

    private static RoutingTable table(int capacity) {
        return new RoutingTable(capacity, new KeyedHash(1, 2));
    }

    @AfterEach
    void close() {
        stack.close();
    }

    private Route to(String prefix) {
        return Route.onLink(IpPrefix.parse(prefix), netif);
    }

    private static int address(String text) {
        return IpAddress.parse(text).ipv4();
    }

    private void add(Route route) {
        assertSame(RouteResult.DONE, table.add(route));
    }

    private @Nullable Route find(String address) {
        return table.lookUp(address(address));
    }

    @Test
    void anEmptyTableLeadsNowhere() {
        assertNull(find("0.0.0.0"));
        assertNull(find("255.255.255.255"));
    }

    @Test
    void theLongestPrefixWinsWhateverTheOrderInWhichRoutesCame() {
        final String[] prefixes = {"10.1.2.3/32", "0.0.0.0/0", "10.1.0.0/16", "10.1.2.0/23", "10.0.0.0/7", "10.1.2.0/24"
        };
        for (final String prefix : prefixes) {
            add(to(prefix));
        }
        assertEquals(to("10.1.2.3/32"), find("10.1.2.3"));
        assertEquals(to("10.1.2.0/24"), find("10.1.2.4"));
        assertEquals(to("10.1.2.0/23"), find("10.1.3.4"));
        assertEquals(to("10.1.0.0/16"), find("10.1.4.4"));
        assertEquals(to("10.0.0.0/7"), find("11.255.255.255"));
        assertEquals(to("0.0.0.0/0"), find("12.0.0.0"));
    }

    @Test
    void aRemovedRouteLeavesWhatItCoveredToTheNextShorterOne() {
        add(to("10.0.0.0/8"));
        add(to("10.1.2.0/24"));
        add(to("10.1.2.128/25"));
        assertSame(RouteResult.DONE, table.remove(IpPrefix.parse("10.1.2.0/24")));
        assertEquals(to("10.0.0.0/8"), find("10.1.2.1"));
        assertEquals(to("10.1.2.128/25"), find("10.1.2.129"));
        assertSame(RouteResult.NOT_FOUND, table.remove(IpPrefix.parse("10.1.2.0/24")));
    }

    @Test
    void aSecondRouteWithTheSameDestinationAndMetricIsRefused() {
        add(to("10.0.0.0/8"));
        assertSame(RouteResult.EXISTS, table.add(Route.onLink(IpPrefix.parse("10.0.0.0/8"), other)));
        assertSame(
                RouteResult.DONE,
                table.add(Route.onLink(IpPrefix.parse("10.0.0.0/8"), other).withMetric(1)));
        assertEquals(2, table.size());
    }

    @Test
    void theLeastMetricIsTakenAndTheNextWhenItGoes() {
        final Route backup = Route.onLink(EVERYTHING, other).withMetric(200);
        final Route best = Route.onLink(EVERYTHING, netif).withMetric(100);
        add(backup);
        add(best);
        assertEquals(best, find("192.0.2.1"));
        assertSame(RouteResult.DONE, table.remove(EVERYTHING), "which removes the best");
        assertEquals(backup, find("192.0.2.1"));
        final Route net = to("10.1.0.0/20").withMetric(7);
        final Route better = Route.onLink(IpPrefix.parse("10.1.0.0/20"), other).withMetric(3);
        add(net);
        add(better);
        assertEquals(better, find("10.1.15.255"));
        assertSame(RouteResult.DONE, table.remove(net.destination(), 3));
        assertEquals(net, find("10.1.15.255"));
        assertSame(RouteResult.DONE, table.remove(net.destination(), 7));
        assertEquals(backup, find("10.1.15.255"));
    }

    @Test
    void replacingChangesTheRouteInItsPlace() {
        add(to("10.1.0.0/24"));
        final Route via = Route.via(IpPrefix.parse("10.1.0.0/24"), other, IpAddress.parse("192.0.2.9"));
        assertSame(RouteResult.DONE, table.replace(via));
        assertEquals(via, find("10.1.0.1"));
        assertEquals(1, table.size());
        assertEquals(address("192.0.2.9"), via.nextHop(address("10.1.0.1")));
    }

    @Test
    void ofTwoAppendedRoutesTheOlderOneIsUsed() {
        final Route second = Route.onLink(IpPrefix.parse("10.1.0.0/24"), other);
        add(to("10.1.0.0/24"));
        assertSame(RouteResult.DONE, table.append(second));
        assertEquals(to("10.1.0.0/24"), find("10.1.0.1"));
        assertSame(RouteResult.DONE, table.remove(to("10.1.0.0/24")));
        assertEquals(second, find("10.1.0.1"));
    }

    @Test
    void bitsBehindThePrefixAreNoPartOfTheDestination() {
        add(to("10.1.2.3/24"));
        assertEquals("10.1.2.0/24 dev eth0", table.all().getFirst().toString());
        assertSame(RouteResult.DONE, table.remove(IpPrefix.parse("10.1.2.77/24")));
    }

    @Test
    void routesThatRefuseAreFoundButLeadNowhere() {
        add(to("0.0.0.0/0"));
        add(to("10.0.0.0/8").withType(RouteType.PROHIBIT));
        assertEquals("prohibit 10.0.0.0/8 dev eth0", String.valueOf(find("10.1.1.1")));
        assertNull(table.find(address("10.1.1.1")), "and the default route does not stand in");
        assertNotNull(table.find(address("11.1.1.1")));
    }

    @Test
    void aFullTableRefusesAndHasRoomAgainWhenARouteGoes() {
        final RoutingTable four = table(4);
        for (int i = 0; i < 4; i++) {
            assertSame(RouteResult.DONE, four.add(to("10.0.0." + i + "/32")));
        }
        assertSame(RouteResult.FULL, four.add(to("10.0.0.4/32")));
        assertSame(RouteResult.DONE, four.remove(IpPrefix.parse("10.0.0.0/32")));
        assertSame(RouteResult.DONE, four.add(to("192.0.2.4/32")));
        assertNull(four.lookUp(address("10.0.0.0")));
    }

    @Test
    void eachChangeIsTold() {
        final int before = table.changes();
        add(to("10.0.0.0/8"));
        final int added = table.changes();
        table.remove(IpPrefix.parse("10.0.0.0/8"));
        assertEquals(true, before != added && added != table.changes());
    }

    @Test
    void aNegativeMetricIsRefused() {
        final Route route = to("10.0.0.0/8");
        assertThrows(IllegalArgumentException.class, () -> route.withMetric(-1));
    }

    /// The same changes to a list that is searched from end to end.
    private void agreesWithALinearSearch(long seed, int capacity, int changes, int spread) {
        final Random random = new Random(seed);
        final RoutingTable subject = table(capacity);
        final List<Route> model = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            if (random.nextInt(5) < 3 || model.isEmpty()) {
                final Route route = randomRoute(random, spread);
                final RouteResult expected = expected(model, route, capacity);
                assertSame(expected, subject.add(route), () -> "seed " + seed);
                if (expected == RouteResult.DONE) {
                    model.add(route);
                }
            } else {
                final Route route = model.remove(random.nextInt(model.size()));
                assertSame(RouteResult.DONE, subject.remove(route), () -> "seed " + seed);
            }
            for (int look = 0; look < 8; look++) {
                final int address = model.isEmpty() || random.nextBoolean()
                        ? random.nextInt()
                        : near(model.get(random.nextInt(model.size())), random);
                assertEquals(search(model, address), subject.lookUp(address), () -> "seed " + seed);
            }
        }
        while (!model.isEmpty()) {
            assertSame(RouteResult.DONE, subject.remove(model.removeLast()));
        }
        assertEquals(table(capacity).freeNodes(), subject.freeNodes(), "every node came back");
    }

    private static RouteResult expected(List<Route> model, Route added, int capacity) {
        if (model.stream().anyMatch(r -> isSamePlace(r, added))) {
            return RouteResult.EXISTS;
        }
        return model.size() == capacity ? RouteResult.FULL : RouteResult.DONE;
    }

    private static boolean isSamePlace(Route a, Route b) {
        return a.destination().equals(b.destination()) && a.metric() == b.metric();
    }

    private Route randomRoute(Random random, int spread) {
        final int length = random.nextInt(33);
        final int address = random.nextInt() >>> spread << spread ^ random.nextInt(1 << spread) & random.nextInt();
        return Route.onLink(new IpPrefix(IpAddress.ofIpv4(spread == 0 ? random.nextInt() : address), length), netif)
                .withMetric(random.nextInt(3));
    }

    private static int near(Route route, Random random) {
        final int flip = random.nextInt(33);
        return route.destination().address().ipv4() ^ (flip == 32 ? 0 : 1 << flip);
    }

    private static @Nullable Route search(List<Route> routes, int address) {
        Route best = null;
        for (final Route r : routes) {
            final boolean better = best == null
                    || r.destination().length() > best.destination().length()
                    || r.destination().length() == best.destination().length() && r.metric() < best.metric();
            if (r.destination().contains(address) && better) {
                best = r;
            }
        }
        return best;
    }

    @Test
    void aSmallTableAgreesWithALinearSearch() {
        for (long seed = 20_261_122; seed < 20_261_142; seed++) {
            agreesWithALinearSearch(seed, 48, 2_000, 0);
            agreesWithALinearSearch(seed, 200, 2_000, 12);
        }
    }

    @Test
    void aTableWithAWideRootAgreesWithALinearSearch() {
        agreesWithALinearSearch(20_261_122, 5_000, 6_000, 0);
        agreesWithALinearSearch(20_261_123, 5_000, 6_000, 20);
    }
}
