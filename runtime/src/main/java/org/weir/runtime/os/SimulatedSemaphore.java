package org.weir.runtime.os;

/// A semaphore of a simulation. A permit is handed to who waits, so that nobody takes it in between.
final class SimulatedSemaphore implements OsSemaphore {
    private final SimulatedPort port;
    private final Waiting waiting;
    private int permits;

    SimulatedSemaphore(SimulatedPort port, String name, int permits) {
        this.port = port;
        this.waiting = new Waiting(() -> "semaphore '" + name + "'");
        this.permits = permits;
    }

    @Override
    public void acquire() throws InterruptedException {
        tryAcquire(Long.MAX_VALUE);
    }

    @Override
    public boolean tryAcquire(long timeoutNs) throws InterruptedException {
        port.giveWay();
        if (permits > 0) {
            permits--;
            return true;
        }
        return port.await(waiting, timeoutNs);
    }

    @Override
    public void release() {
        if (waiting.isEmpty()) {
            permits++;
        } else {
            port.serve(waiting);
        }
    }
}
