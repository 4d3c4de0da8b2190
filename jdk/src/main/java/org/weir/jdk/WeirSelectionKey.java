package org.weir.jdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectionKey;
import org.jspecify.annotations.Nullable;

/// The registration of a channel with a selector. It is linked into the selector's lists of keys to look at and of
/// keys whose interest has changed, at most once in each.
final class WeirSelectionKey extends AbstractSelectionKey {
    private static final VarHandle CANDIDATE = field("candidate", boolean.class);
    private static final VarHandle CHANGED = field("changed", boolean.class);
    private static final VarHandle INTEREST = field("interestOps", int.class);

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(WeirSelectionKey.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SelectableChannel channel;
    private final Watchable watchable;
    private final WeirSelector selector;
    private volatile int interestOps;
    private volatile int readyOps;

    // What the selector keeps here.

    /// The interest that holds since the last selection began.
    private volatile int watchedOps;

    @SuppressWarnings("UnusedVariable") // Read by its handle.
    private volatile boolean candidate;

    @SuppressWarnings("UnusedVariable") // Read by its handle.
    private volatile boolean changed;

    @Nullable
    WeirSelectionKey nextCandidate;

    @Nullable
    WeirSelectionKey nextChanged;

    /// Bits of the channel's source, when the selector looked last.
    int polled;
    /// Where it stands among the selected keys; negative if it does not.
    int selectedIndex = -1;

    WeirSelectionKey(SelectableChannel channel, Watchable watchable, WeirSelector selector) {
        this.channel = channel;
        this.watchable = watchable;
        this.selector = selector;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public WeirSelector selector() {
        return selector;
    }

    private void ensureValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    // ---- operations ----

    @Override
    public int interestOps() {
        ensureValid();
        return interestOps;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        ensureValid();
        checkOps(ops);
        if ((int) INTEREST.getAndSet(this, ops) != ops) {
            selector.interestChanged(this);
        }
        return this;
    }

    @Override
    public int interestOpsOr(int ops) {
        ensureValid();
        checkOps(ops);
        final int before = (int) INTEREST.getAndBitwiseOr(this, ops);
        if ((before | ops) != before) {
            selector.interestChanged(this);
        }
        return before;
    }

    @Override
    public int interestOpsAnd(int ops) {
        ensureValid();
        final int before = (int) INTEREST.getAndBitwiseAnd(this, ops);
        if ((before & ops) != before) {
            selector.interestChanged(this);
        }
        return before;
    }

    private void checkOps(int ops) {
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException();
        }
    }

    @Override
    public int readyOps() {
        ensureValid();
        return readyOps;
    }

    int readyOpsNow() {
        return readyOps;
    }

    void readyOps(int ops) {
        readyOps = ops;
    }

    // ---- for the selector ----

    ReadinessSource source() {
        return watchable.source();
    }

    /// `events` hold for the channel: the selector is to look if that may matter.
    void tell(int events) {
        if (watchable.translate(events, watchedOps) != 0) {
            selector.lookAt(this);
        }
    }

    /// The interest that was set last holds from now on.
    void watchInterest() {
        watchedOps = interestOps;
    }

    /// The operations that were possible when it was polled.
    int polledOps() {
        return watchable.translate(polled, watchedOps & interestOps);
    }

    /// True if it was not a candidate, and is now.
    boolean becomesCandidate() {
        return CANDIDATE.compareAndSet(this, false, true);
    }

    void isNoCandidate() {
        candidate = false;
    }

    boolean becomesChanged() {
        return CHANGED.compareAndSet(this, false, true);
    }

    void isNotChanged() {
        changed = false;
    }

    @Override
    public String toString() {
        return "channel=" + channel + ", selector=" + selector
                + (isValid() ? ", interestOps=" + interestOps + ", readyOps=" + readyOps : ", invalid");
    }
}
