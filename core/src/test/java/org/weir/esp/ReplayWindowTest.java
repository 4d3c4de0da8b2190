package org.weir.esp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.Property;

/// The window permits what a set of all numbers would.
class ReplayWindowTest {
    @ParameterizedTest
    @ValueSource(ints = {64, 128, 1_024, 65_536})
    void itPermitsWhatHasNotComeAndIsNotTooOld(int size) {
        Property.holds(100, random -> {
            final ReplayWindow window = new ReplayWindow(size);
            final Set<Long> come = new HashSet<>();
            long highest = 0;
            for (int i = 0; i < 2_000; i++) {
                final int jump = random.nextInt(50) == 0 ? 3 * size : size / 8 + 2;
                final long sequence = Math.max(0, highest - size - 2 + random.nextInt(size + jump));
                final boolean permitted = sequence > 0 && sequence > highest - size && !come.contains(sequence);
                assertEquals(permitted, window.permits(sequence), () -> "number " + sequence);
                if (permitted && random.nextInt(4) > 0) {
                    window.received(sequence);
                    come.add(sequence);
                    highest = Math.max(highest, sequence);
                }
            }
            assertEquals(highest, window.highest());
        });
    }
}
