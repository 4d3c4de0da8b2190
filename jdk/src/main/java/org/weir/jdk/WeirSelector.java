package org.weir.jdk;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackCall;
import org.weir.stack.Stack;

/// A selector over channels of one provider. Sockets tell their keys when something has become possible; the keys
/// line up as candidates, and a selection looks at those alone, all in one call of the stack.
///
/// ```text
///   socket callback --tell--> key --if of interest--> candidates --selection--> ready: selected, and a candidate again
///   interestOps() ----------> changed keys ---------------^                     not ready: until it is told again
/// ```
///
/// What was ready stays a candidate, so that the next selection finds it again if it is ready still.
final class WeirSelector extends AbstractSelector {
    private static final VarHandle CANDIDATES = field("candidates");
    private static final VarHandle CHANGED = field("changedKeys");

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(WeirSelector.class, name, WeirSelectionKey.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final StackHost host;
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final SelectedKeys selected = new SelectedKeys();
    private final Gate gate;
    private final Look look = new Look();

    // Stacks of keys: any thread pushes, the one that selects takes all.
    private volatile @Nullable WeirSelectionKey candidates;
    private volatile @Nullable WeirSelectionKey changedKeys;

    private volatile boolean woken;

    // Of the thread that selects.
    private @Nullable WeirSelectionKey[] taken = new @Nullable WeirSelectionKey[64];
    private int takenCount;
    private boolean isSelecting;

    WeirSelector(WeirSelectorProvider provider, StackHost host) {
        super(provider);
        this.host = host;
        this.gate = host.newGate();
    }

    // ---- keys ----

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return selected;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        if (!(channel instanceof Watchable watchable) || channel.provider() != provider()) {
            throw new IllegalSelectorException();
        }
        ensureOpen();
        final WeirSelectionKey key = new WeirSelectionKey(channel, watchable, this);
        key.attach(attachment);
        keys.add(key);
        watchable.source().add(key);
        key.interestOps(ops);
        if (!isOpen()) {
            watchable.source().remove(key);
            keys.remove(key);
            key.cancel();
            throw new ClosedSelectorException();
        }
        return key;
    }

    /// Seen by the next selection.
    void interestChanged(WeirSelectionKey key) {
        ensureOpen();
        if (key.becomesChanged()) {
            WeirSelectionKey head;
            do {
                head = changedKeys;
                key.nextChanged = head;
            } while (!CHANGED.compareAndSet(this, head, key));
        }
    }

    /// `key` may be ready. By any thread; does not wait.
    void lookAt(WeirSelectionKey key) {
        if (push(key)) {
            gate.open();
        }
    }

    private boolean push(WeirSelectionKey key) {
        if (!key.becomesCandidate()) {
            return false;
        }
        WeirSelectionKey head;
        do {
            head = candidates;
            key.nextCandidate = head;
        } while (!CANDIDATES.compareAndSet(this, head, key));
        return true;
    }

    private void watchChangedKeys() {
        WeirSelectionKey key = (WeirSelectionKey) CHANGED.getAndSet(this, null);
        while (key != null) {
            final WeirSelectionKey next = key.nextChanged;
            key.nextChanged = null;
            key.isNotChanged();
            key.watchInterest();
            push(key);
            key = next;
        }
    }

    private void forgetCancelled() {
        final Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return;
            }
            final Iterator<SelectionKey> each = cancelled.iterator();
            while (each.hasNext()) {
                final WeirSelectionKey key = (WeirSelectionKey) each.next();
                each.remove();
                forget(key);
            }
        }
    }

    private void forget(WeirSelectionKey key) {
        keys.remove(key);
        selected.remove(key);
        key.source().remove(key);
        deregister(key);
    }

    // ---- selection ----

    @Override
    public int selectNow() throws IOException {
        return selectLocked(0, null);
    }

    @Override
    public int select(long timeout) throws IOException {
        return selectLocked(deadline(timeout), null);
    }

    @Override
    public int select() throws IOException {
        return selectLocked(Gate.NEVER, null);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        Objects.requireNonNull(action);
        return selectLocked(0, action);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
        Objects.requireNonNull(action);
        return selectLocked(deadline(timeout), action);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return select(action, 0);
    }

    private static long deadline(long timeoutMs) {
        if (timeoutMs < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return Gate.after(TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    /// A deadline of 0 is now.
    private int selectLocked(long deadlineNs, @Nullable Consumer<SelectionKey> action) throws IOException {
        synchronized (this) {
            ensureOpen();
            if (isSelecting) {
                throw new IllegalStateException("select in progress");
            }
            isSelecting = true;
            try {
                synchronized (selected) {
                    return select(deadlineNs, action);
                }
            } finally {
                isSelecting = false;
            }
        }
    }

    private int select(long deadlineNs, @Nullable Consumer<SelectionKey> action) throws IOException {
        forgetCancelled();
        watchChangedKeys();
        try {
            begin();
            waitForReady(deadlineNs);
        } finally {
            end();
        }
        woken = false;
        forgetCancelled();
        int updated = 0;
        for (int i = 0; i < takenCount; i++) {
            final WeirSelectionKey key = Objects.requireNonNull(taken[i]);
            taken[i] = null;
            updated += key.isValid() ? select(key, action) : 0;
            if (action != null && !isOpen()) {
                throw new ClosedSelectorException();
            }
        }
        if (action != null) {
            forgetCancelled();
        }
        return updated;
    }

    private int select(WeirSelectionKey key, @Nullable Consumer<SelectionKey> action) {
        final int ops = key.polledOps();
        if (ops == 0) {
            return 0;
        }
        if (action != null) {
            key.readyOps(ops);
            action.accept(key);
            return 1;
        }
        if (!selected.contains(key)) {
            key.readyOps(ops);
            selected.select(key);
            return 1;
        }
        final int before = key.readyOpsNow();
        key.readyOps(before | ops);
        return (before | ops) == before ? 0 : 1;
    }

    private void waitForReady(long deadlineNs) throws SocketException {
        while (true) {
            gate.close();
            takeReady();
            if (takenCount > 0 || woken || deadlineNs == 0 || !isOpen()) {
                return;
            }
            if (deadlineNs != Gate.NEVER && deadlineNs - System.nanoTime() <= 0) {
                return;
            }
            gate.await(deadlineNs);
        }
    }

    /// Takes the candidates that are ready, which stay candidates.
    private void takeReady() throws SocketException {
        takeCandidates();
        if (takenCount == 0) {
            return;
        }
        poll();
        int ready = 0;
        for (int i = 0; i < takenCount; i++) {
            final WeirSelectionKey key = Objects.requireNonNull(taken[i]);
            if (key.isValid() && key.polledOps() != 0) {
                push(key);
                taken[ready++] = key;
            }
        }
        Arrays.fill(taken, ready, takenCount, null);
        takenCount = ready;
    }

    /// The longest waiting one first.
    private void takeCandidates() {
        takenCount = 0;
        WeirSelectionKey key = (WeirSelectionKey) CANDIDATES.getAndSet(this, null);
        while (key != null) {
            final WeirSelectionKey next = key.nextCandidate;
            key.nextCandidate = null;
            if (takenCount == taken.length) {
                taken = Arrays.copyOf(taken, takenCount * 2);
            }
            taken[takenCount++] = key;
            // What happens from now on makes it a candidate again; what happened before is about to be polled.
            key.isNoCandidate();
            key = next;
        }
        for (int i = 0, j = takenCount - 1; i < j; i++, j--) {
            final WeirSelectionKey last = taken[j];
            taken[j] = taken[i];
            taken[i] = last;
        }
    }

    private void poll() throws SocketException {
        boolean ofStack = false;
        for (int i = 0; i < takenCount; i++) {
            ofStack |= Objects.requireNonNull(taken[i]).source().isOfStack();
        }
        if (ofStack) {
            host.call(look);
        } else {
            look.pollAll(null);
        }
    }

    /// Polls what was taken, by the stack's owner.
    private final class Look extends StackCall {
        @Override
        protected void run(Stack stack) {
            pollAll(stack);
        }

        void pollAll(@Nullable Stack stack) {
            for (int i = 0; i < takenCount; i++) {
                final WeirSelectionKey key = Objects.requireNonNull(taken[i]);
                key.polled = key.source().poll(stack);
            }
        }
    }

    @Override
    public Selector wakeup() {
        woken = true;
        gate.open();
        return this;
    }

    @Override
    public String toString() {
        return getClass().getName() + "[" + host + (isOpen() ? "" : ", closed") + "]";
    }

    @Override
    protected void implCloseSelector() {
        wakeup();
        synchronized (this) {
            synchronized (selected) {
                for (final SelectionKey each : keys) {
                    forget((WeirSelectionKey) each);
                }
                selected.clear();
            }
        }
    }
}
