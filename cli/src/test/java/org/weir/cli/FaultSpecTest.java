package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.link.Bottleneck;
import org.weir.link.FaultPlan;
import org.weir.link.LossModel;
import org.weir.link.PathDelay;
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

    @Test
    void readsTheFaultsOfWholeNetworks() {
        final LossModel loss = LossModel.NONE
                .withBurst(new LossModel.Burst(0.01, 0.25, 0.8))
                .withAcknowledgments(0.1)
                .withBlackout(new LossModel.Blackout(5 * StackClock.SECOND, StackClock.SECOND, 30 * StackClock.SECOND))
                .withLongestFrame(1_400)
                .withDataFrames(List.of(10, 11, 250));
        final FaultPlan expected = FaultPlan.none()
                .withLoss(loss)
                .withReordering(0.3, 5 * StackClock.MILLISECOND)
                .withDelay(PathDelay.NONE
                        .withJitter(2 * StackClock.MILLISECOND, true)
                        .withReordering(0.3, 5 * StackClock.MILLISECOND))
                .withBottleneck(Bottleneck.router(20_000_000, 200).withMarking(50));
        assertEquals(
                new FaultSpec(expected, 1),
                FaultSpec.parse("burst=1%/25%/80%,ack-loss=10%,blackout=5s/1s/30s,hole=1400,lose=10/11/250,"
                        + "reorder=30%/5ms,jitter=2ms/reorder,queue=200,mark=50,rate=20M"));
    }

    @Test
    void whatMayBeLeftOutHasADefault() {
        final LossModel loss = LossModel.NONE
                .withBurst(new LossModel.Burst(0.01, 0.25, 1))
                .withBlackout(new LossModel.Blackout(0, StackClock.SECOND, 0));
        final FaultPlan expected =
                FaultPlan.none().withLoss(loss).withDelay(PathDelay.NONE.withJitter(StackClock.MILLISECOND, false));
        assertEquals(new FaultSpec(expected, 1), FaultSpec.parse("burst=1%/25%,blackout=0s/1s,jitter=1ms"));
    }

    @Test
    void aNameThatIsNoneIsAnsweredWithThoseThereAre() {
        for (final String text : List.of("loss=1%,", "noise=1%")) {
            final TypeConversionException e = assertThrows(TypeConversionException.class, () -> FaultSpec.parse(text));
            assertTrue(e.toString().contains("no such fault; there are loss, burst, ack-loss"), e::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        loss=2        | "'loss=2': a share is a percentage"
        loss=         | "'loss=': a share is a percentage"
        loss=-1%      | "'loss=-1%': not a number"
        loss=NaN%     | "'loss=NaN%': not a number"
        loss=101%     | "'loss=101%': a share is 0% to 100%"
        delay=5       | "'delay=5': a time is in s, ms or us"
        rate=5        | "'rate=5': a rate is in bit/s, with k, M or G"
        rate=         | "'rate=': a rate is in bit/s, with k, M or G"
        seed=x        | "'seed=x': not a whole number"
        jitter=1%     | "'jitter=1%': a time is in s, ms or us"
        jitter=1ms/x  | "'jitter=1ms/x': only 'reorder' may follow"
        burst=1%      | "'burst=1%': a value is missing, they are separated by '/'"
        blackout=1s   | "'blackout=1s': a value is missing, they are separated by '/'"
        hole=0        | "'hole=0': a count is a whole number from 1"
        hole=x        | "'hole=x': not a whole number"
        lose=3/2      | "'lose=3/2': data frames [3, 2] are not ascending from 1"
        queue=10      | "'queue=10': queue and mark need a rate"
        loss=1%,mark=9 | "'loss=1%,mark=9': queue and mark need a rate"
        loss          | "'loss': a share is a percentage"
        """)
    void saysWhatIsWrong(String text, String why) {
        final TypeConversionException e = assertThrows(TypeConversionException.class, () -> FaultSpec.parse(text));
        assertEquals(why + "; as in " + FaultSpec.SYNTAX, e.getMessage());
    }
}
