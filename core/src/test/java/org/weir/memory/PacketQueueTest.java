package org.weir.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class PacketQueueTest {
    @Test
    void packetsLeaveAsAListInKeyOrderWouldLetThem() {
        Property.holds(1_000, random -> {
            PbufPool pool = Pools.pool(40, 64, 0, 0);
            PacketQueue queue = new PacketQueue();
            List<Pbuf> model = new ArrayList<>();
            boolean byKey = random.nextBoolean();
            for (int i = 0; i < 80; i++) {
                if (random.nextInt(5) < 3 && model.size() < 40) {
                    Pbuf packet = requireNonNull(pool.takePage());
                    packet.queueKey(random.nextInt(12) - 6);
                    int at = model.size();
                    if (byKey) {
                        queue.addByKey(packet);
                        while (at > 0 && model.get(at - 1).queueKey() > packet.queueKey()) {
                            at--;
                        }
                    } else {
                        queue.add(packet);
                    }
                    model.add(at, packet);
                } else {
                    Pbuf oldest = queue.poll();
                    assertSame(model.isEmpty() ? null : model.removeFirst(), oldest);
                    if (oldest != null) {
                        assertNull(oldest.nextPacket());
                        oldest.release();
                    }
                }
                assertEquals(model.size(), queue.size());
                assertEquals(model.isEmpty(), queue.isEmpty());
                assertSame(model.isEmpty() ? null : model.getFirst(), queue.peek());
            }
            queue.clear();
            assertTrue(queue.isEmpty());
            assertEquals(0, queue.size());
            pool.assertNoLeaks();
        });
    }

    @Test
    void packetsOfOneKeyStayInTheOrderOfTheirArrival() {
        PbufPool pool = Pools.pool(3, 64, 0, 0);
        PacketQueue queue = new PacketQueue();
        List<Pbuf> expected = new ArrayList<>();
        for (long key : new long[] {5, 9, 5}) {
            Pbuf packet = requireNonNull(pool.takePage());
            packet.queueKey(key);
            queue.addByKey(packet);
            expected.add(packet);
        }
        assertSame(expected.get(0), queue.poll());
        assertSame(expected.get(2), queue.poll());
        assertSame(expected.get(1), queue.poll());
    }
}
