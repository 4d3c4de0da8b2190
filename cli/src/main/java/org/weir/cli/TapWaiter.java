package org.weir.cli;

import org.weir.drivers.LinkWaiter;
import org.weir.runtime.Waiter;

/// Waits for frames of a TAP.
final class TapWaiter implements Waiter {
    private final LinkWaiter waiter;
    private final Runnable onFailure;
    private boolean isTold;

    /// @param onFailure called once in the owner's thread when the interface has gone
    TapWaiter(LinkWaiter waiter, Runnable onFailure) {
        this.waiter = waiter;
        this.onFailure = onFailure;
    }

    @Override
    public void await(long timeoutNs) {
        waiter.await(timeoutNs);
        if (waiter.hasFailed() && !isTold) {
            isTold = true;
            onFailure.run();
        }
    }

    @Override
    public void wake() {
        waiter.wake();
    }
}
