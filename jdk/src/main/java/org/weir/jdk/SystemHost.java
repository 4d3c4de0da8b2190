package org.weir.jdk;

import org.weir.drivers.SystemEntropy;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// The stack of the whole JVM, for programs that name no other: one with a loopback interface.
final class SystemHost {
    private SystemHost() {}

    /// Made when it is asked for first.
    static SharedStack stack() {
        return Holder.STACK;
    }

    private static final class Holder {
        static final SharedStack STACK = start();

        private static SharedStack start() {
            final Stack stack = Stack.create(StackConfig.defaults(), new SystemEntropy(), System.nanoTime());
            return SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.SLEEP, "weir");
        }
    }
}
