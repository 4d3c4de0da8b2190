package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// The rarer sentences on keys and selections, as the JDK's own provider does it and as Weir's does.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class KeySpecTest {
    private static final int READ = SelectionKey.OP_READ;
    private static final int WRITE = SelectionKey.OP_WRITE;

    private final World world;

    KeySpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private SocketChannel connected() throws Exception {
        return World.nonBlocking(world.pair().near());
    }

    @Test
    void attachingReturnsWhatWasAttached() throws Exception {
        final SelectionKey key = connected().register(world.selector(), READ);
        assertNull(key.attach("one"));
        assertEquals("one", key.attach("two"));
        assertEquals("two", key.attach(null));
        assertNull(key.attachment());
    }

    @Test
    void aCancelledKeyStillKnowsItsChannelAndSelectorAndAttachment() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = connected();
        final SelectionKey key = channel.register(selector, READ, "mine");
        key.cancel();
        selector.selectNow();
        assertSame(channel, key.channel());
        assertSame(selector, key.selector());
        assertEquals("mine", key.attach("still"));
        assertEquals("still", key.attachment());
        assertNull(channel.keyFor(selector));
        assertThrows(CancelledKeyException.class, () -> key.interestOpsOr(READ));
        assertThrows(CancelledKeyException.class, () -> key.interestOpsAnd(READ));
        assertThrows(CancelledKeyException.class, key::isWritable);
        assertThrows(CancelledKeyException.class, key::isConnectable);
        assertThrows(CancelledKeyException.class, key::isAcceptable);
    }

    @Test
    void aKeyOfAClosedSelectorIsCancelled() throws Exception {
        final Selector selector = world.selector();
        final SelectionKey key = connected().register(selector, READ);
        selector.close();
        assertThrows(CancelledKeyException.class, key::interestOps);
        assertThrows(CancelledKeyException.class, key::readyOps);
        key.cancel();
        assertSame(selector, key.selector());
    }

    @Test
    void whatIsReadyIsUpdatedBySelectionsOnly() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = world.pair();
        final SelectionKey key = World.nonBlocking(pair.near()).register(selector, READ);
        pair.far().write(World.octets("x"));
        assertEquals(0, key.readyOps());
        assertEquals(1, selector.select());
        assertEquals(READ, key.readyOps());
        key.interestOps(0);
        assertEquals(1, pair.near().read(ByteBuffer.allocate(10)));
        assertEquals(READ, key.readyOps());
        assertEquals(0, selector.selectNow());
        assertEquals(READ, key.readyOps());
    }

    @Test
    void aNewSelectionOfAKeyForgetsWhatWasReadyBefore() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = world.pair();
        final SelectionKey key = World.nonBlocking(pair.near()).register(selector, READ);
        pair.far().write(World.octets("x"));
        assertEquals(1, selector.select());
        assertEquals(1, pair.near().read(ByteBuffer.allocate(10)));
        selector.selectedKeys().clear();
        key.interestOps(READ | WRITE);
        assertEquals(1, selector.select());
        assertEquals(WRITE, key.readyOps());
    }

    @Test
    void theSetOfKeysCannotBeChangedByItsIterator() throws Exception {
        final Selector selector = world.selector();
        connected().register(selector, READ);
        final Iterator<SelectionKey> each = selector.keys().iterator();
        each.next();
        assertThrows(UnsupportedOperationException.class, each::remove);
        assertThrows(UnsupportedOperationException.class, () -> selector.keys().removeAll(selector.keys()));
        assertEquals(1, selector.keys().size());
    }

    @Test
    void aSelectionNeedsAnAction() throws Exception {
        final Selector selector = world.selector();
        assertThrows(NullPointerException.class, () -> selector.select(null));
        assertThrows(NullPointerException.class, () -> selector.select(null, 1));
        assertThrows(NullPointerException.class, () -> selector.selectNow(null));
    }

    @Test
    void anActionThatClosesItsSelectorEndsTheSelection() throws Exception {
        final Selector selector = world.selector();
        connected().register(selector, WRITE);
        assertThrows(
                ClosedSelectorException.class,
                () -> selector.select(key -> {
                    try {
                        selector.close();
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                }));
        assertFalse(selector.isOpen());
    }

    @Test
    void anActionThatFailsLeavesTheSelectorOfUse() throws Exception {
        final Selector selector = world.selector();
        connected().register(selector, WRITE);
        connected().register(selector, WRITE);
        final List<SelectionKey> given = new ArrayList<>();
        assertThrows(
                ArithmeticException.class,
                () -> selector.select(key -> {
                    given.add(key);
                    throw new ArithmeticException();
                }));
        assertEquals(1, given.size());
        given.clear();
        assertEquals(2, selector.select(given::add));
        assertEquals(Set.copyOf(selector.keys()), Set.copyOf(given));
    }

    @Test
    void anActionMayRegisterAndCancel() throws Exception {
        final Selector selector = world.selector();
        final SelectionKey first = connected().register(selector, WRITE);
        final SocketChannel second = connected();
        assertEquals(1, selector.select(key -> {
            try {
                key.cancel();
                second.register(selector, WRITE);
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        }));
        assertTrue(selector.keys().contains(Objects.requireNonNull(second.keyFor(selector))));
        assertEquals(1, selector.selectNow());
        assertFalse(first.channel().isRegistered());
        assertEquals(Set.of(Objects.requireNonNull(second.keyFor(selector))), selector.keys());
    }

    @Test
    void aWakeUpEndsASelectionWithAnActionWithoutCallingIt() throws Exception {
        final Selector selector = world.selector();
        final List<SelectionKey> given = new ArrayList<>();
        connected().register(selector, READ);
        final Task<Integer> waiting = World.platform(() -> selector.select(given::add));
        World.letWait(waiting);
        selector.wakeup();
        assertEquals(0, waiting.get());
        assertEquals(List.of(), given);
    }

    @Test
    void aSelectionOwnsTheSetOfSelectedKeys() throws Exception {
        final Selector selector = world.selector();
        final Set<SelectionKey> selected = selector.selectedKeys();
        final Task<Integer> selecting = World.platform(selector::select);
        World.letWait(selecting);
        final Task<Boolean> locking = World.platform(() -> {
            synchronized (selected) {
                return selected.isEmpty();
            }
        });
        World.letWait(locking);
        selector.wakeup();
        assertTrue(locking.get());
        assertEquals(0, selecting.get());
    }

    @Test
    void aClosedSelectorLetsGoOfAllChannels() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel first = connected();
        final SocketChannel second = connected();
        first.register(selector, READ);
        second.register(selector, WRITE);
        final Task<Integer> selecting = World.platform(() -> selector.select(key -> {}));
        selector.close();
        try {
            assertTrue(selecting.get() >= 0);
        } catch (java.util.concurrent.ExecutionException e) {
            assertEquals(
                    ClosedSelectorException.class,
                    Objects.requireNonNull(e.getCause()).getClass());
        }
        assertFalse(first.isRegistered());
        assertFalse(second.isRegistered());
        first.configureBlocking(true);
        assertTrue(first.isOpen());
    }

    @Test
    void aKeyThatIsCancelledWhileItIsSelectedLeavesBothSets() throws Exception {
        final Selector selector = world.selector();
        final SelectionKey key = connected().register(selector, WRITE);
        assertEquals(1, selector.select());
        key.cancel();
        assertEquals(Set.of(key), selector.selectedKeys());
        assertEquals(0, selector.selectNow());
        assertEquals(Set.of(), selector.selectedKeys());
        assertEquals(Set.of(), selector.keys());
    }
}
