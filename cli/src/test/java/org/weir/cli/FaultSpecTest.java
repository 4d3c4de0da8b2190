package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.link.FaultPlan;
import org.weir.time.StackClock;
import picocli.CommandLine.TypeConversionException;

final class FaultSpecTest {
    @Test
    void readsEveryItem() {
        final FaultPlan expected = FaultPlan.none()
                .withLoss(0.02)
                .withDuplication(0.01)
                .withReordering(0.015, StackClock.MILLISECOND)
                .withCorruption(0.001)
                .withDelay(5_500_000)
                .withRate(100_000_000, 1_000);
        final FaultSpec spec =
                FaultSpec.parse("loss=2%,duplicate=1%,reorder=1.5%,corrupt=0.1%,delay=5.5ms,rate=100M,seed=7");
        assertEquals(new FaultSpec(expected, 7), spec);
    }

    @Test
    void whatIsNotNamedDoesNotHappen() {
        assertEquals(new FaultSpec(FaultPlan.none().withDelay(250_000), 1), FaultSpec.parse("delay=250us"));
        assertEquals(new FaultSpec(FaultPlan.none(), -3), FaultSpec.parse("seed=-3"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        loss=2        | "'loss=2': a share is a percentage"
        loss=         | "'loss=': a share is a percentage"
        loss=-1%      | "'loss=-1%': not a number"
        loss=NaN%     | "'loss=NaN%': not a number"
        loss=101%     | "'loss=101%': a share is 0% to 100%"
        delay=5       | "'delay=5': a time is in ms or us"
        rate=5        | "'rate=5': a rate is in bit/s, with k, M or G"
        rate=         | "'rate=': a rate is in bit/s, with k, M or G"
        seed=x        | "'seed=x': not a whole number"
        jitter=1%     | "'jitter=1%': no such fault"
        loss=1%,      | "'': no such fault"
        loss          | "'loss': a share is a percentage"
        """)
    void saysWhatIsWrong(String text, String why) {
        final TypeConversionException e = assertThrows(TypeConversionException.class, () -> FaultSpec.parse(text));
        assertEquals(why + "; as in " + FaultSpec.SYNTAX, e.getMessage());
    }
}
