package org.weir.runtime.os;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A mailbox of a simulation. A thread that was let in or served looks again: another one may have been faster.
final class SimulatedMailbox<T> implements OsMailbox<T> {
    private final SimulatedPort port;
    private final ArrayDeque<T> messages = new ArrayDeque<>();
    private final int capacity;
    private final Waiting forRoom;
    private final Waiting forMessage;

    SimulatedMailbox(SimulatedPort port, String name, int capacity) {
        this.port = port;
        this.capacity = capacity;
        this.forRoom = new Waiting(() -> "room in mailbox '" + name + "'");
        this.forMessage = new Waiting(() -> "a message in mailbox '" + name + "'");
    }

    @Override
    public void put(T message) throws InterruptedException {
        offer(message, Long.MAX_VALUE);
    }

    @Override
    public boolean offer(T message, long timeoutNs) throws InterruptedException {
        port.giveWay();
        final long beganNs = port.nowNs();
        while (!offer(message)) {
            if (!port.await(forRoom, leftNs(timeoutNs, beganNs))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean offer(T message) {
        if (messages.size() == capacity) {
            return false;
        }
        messages.add(message);
        if (!forMessage.isEmpty()) {
            port.serve(forMessage);
        }
        return true;
    }

    @Override
    public T take() throws InterruptedException {
        T message = poll(Long.MAX_VALUE);
        while (message == null) {
            message = poll(Long.MAX_VALUE);
        }
        return message;
    }

    @Override
    public @Nullable T poll(long timeoutNs) throws InterruptedException {
        port.giveWay();
        final long beganNs = port.nowNs();
        while (messages.isEmpty()) {
            if (!port.await(forMessage, leftNs(timeoutNs, beganNs))) {
                return null;
            }
        }
        final T message = messages.remove();
        if (!forRoom.isEmpty()) {
            port.serve(forRoom);
        }
        return message;
    }

    private long leftNs(long timeoutNs, long beganNs) {
        return timeoutNs == Long.MAX_VALUE ? timeoutNs : timeoutNs - (port.nowNs() - beganNs);
    }
}
