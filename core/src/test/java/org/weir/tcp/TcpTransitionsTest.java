package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.tcp.TcpEvent.ABORT;
import static org.weir.tcp.TcpEvent.ACK_OF_FIN_ARRIVES;
import static org.weir.tcp.TcpEvent.ACK_OF_SYN_ARRIVES;
import static org.weir.tcp.TcpEvent.ACTIVE_OPEN;
import static org.weir.tcp.TcpEvent.CLOSE;
import static org.weir.tcp.TcpEvent.FIN_ARRIVES;
import static org.weir.tcp.TcpEvent.PASSIVE_OPEN;
import static org.weir.tcp.TcpEvent.SYN_ACK_ARRIVES;
import static org.weir.tcp.TcpEvent.SYN_ARRIVES;
import static org.weir.tcp.TcpEvent.TWO_MSL_PASSED;
import static org.weir.tcp.TcpState.CLOSED;
import static org.weir.tcp.TcpState.CLOSE_WAIT;
import static org.weir.tcp.TcpState.CLOSING;
import static org.weir.tcp.TcpState.ESTABLISHED;
import static org.weir.tcp.TcpState.FIN_WAIT_1;
import static org.weir.tcp.TcpState.FIN_WAIT_2;
import static org.weir.tcp.TcpState.LAST_ACK;
import static org.weir.tcp.TcpState.LISTEN;
import static org.weir.tcp.TcpState.SYN_RECEIVED;
import static org.weir.tcp.TcpState.SYN_SENT;
import static org.weir.tcp.TcpState.TIME_WAIT;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class TcpTransitionsTest {
    private record Arrow(TcpState from, TcpEvent event, TcpState to) {}

    /// The arrows of RFC 9293 section 3.3.2, figure 5, and of section 3.10 where the figure leaves one out.
    private static final List<Arrow> FIGURE_5 = List.of(
            new Arrow(CLOSED, PASSIVE_OPEN, LISTEN),
            new Arrow(CLOSED, ACTIVE_OPEN, SYN_SENT),
            new Arrow(LISTEN, CLOSE, CLOSED),
            new Arrow(LISTEN, SYN_ARRIVES, SYN_RECEIVED),
            // "SEND / snd SYN".
            new Arrow(LISTEN, ACTIVE_OPEN, SYN_SENT),
            new Arrow(SYN_SENT, CLOSE, CLOSED),
            new Arrow(SYN_SENT, SYN_ARRIVES, SYN_RECEIVED),
            new Arrow(SYN_SENT, SYN_ACK_ARRIVES, ESTABLISHED),
            new Arrow(SYN_RECEIVED, ACK_OF_SYN_ARRIVES, ESTABLISHED),
            new Arrow(SYN_RECEIVED, CLOSE, FIN_WAIT_1),
            // Section 3.10.7.4, eighth: a FIN in SYN-RECEIVED is treated as in ESTABLISHED.
            new Arrow(SYN_RECEIVED, FIN_ARRIVES, CLOSE_WAIT),
            new Arrow(ESTABLISHED, CLOSE, FIN_WAIT_1),
            new Arrow(ESTABLISHED, FIN_ARRIVES, CLOSE_WAIT),
            new Arrow(FIN_WAIT_1, ACK_OF_FIN_ARRIVES, FIN_WAIT_2),
            new Arrow(FIN_WAIT_1, FIN_ARRIVES, CLOSING),
            new Arrow(FIN_WAIT_2, FIN_ARRIVES, TIME_WAIT),
            new Arrow(CLOSE_WAIT, CLOSE, LAST_ACK),
            new Arrow(CLOSING, ACK_OF_FIN_ARRIVES, TIME_WAIT),
            new Arrow(LAST_ACK, ACK_OF_FIN_ARRIVES, CLOSED),
            new Arrow(TIME_WAIT, TWO_MSL_PASSED, CLOSED));

    private static TcpState expected(TcpState state, TcpEvent event) {
        // Section 3.10.5 and 3.10.7.4, second: an abort or a reset ends a connection in any state.
        TcpState otherwise = event == ABORT ? CLOSED : state;
        return FIGURE_5.stream()
                .filter(arrow -> arrow.from() == state && arrow.event() == event)
                .map(Arrow::to)
                .findFirst()
                .orElse(otherwise);
    }

    @Test
    void everyEventInEveryStateLeadsWhereTheFigureSays() {
        for (TcpState state : TcpState.values()) {
            for (TcpEvent event : TcpEvent.values()) {
                assertEquals(expected(state, event), TcpTransitions.next(state, event), state + " " + event);
            }
        }
    }

    @Test
    void aFinWithTheAcknowledgmentOfOursLeadsFromFinWait1ToTimeWait() {
        TcpState acknowledged = TcpTransitions.next(FIN_WAIT_1, ACK_OF_FIN_ARRIVES);
        assertEquals(TIME_WAIT, TcpTransitions.next(acknowledged, FIN_ARRIVES));
    }

    @Test
    void everyStateIsReachedFromClosedAndLeadsBackToIt() {
        Set<TcpState> reached = EnumSet.of(CLOSED);
        for (int i = 0; i < TcpState.values().length; i++) {
            for (TcpState state : EnumSet.copyOf(reached)) {
                for (TcpEvent event : TcpEvent.values()) {
                    reached.add(TcpTransitions.next(state, event));
                }
            }
        }
        assertEquals(EnumSet.allOf(TcpState.class), reached);
    }

    @Test
    void theStatesKnowWhatTheyAllow() {
        assertHold(
                TcpState::isSynchronized,
                EnumSet.of(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT));
        assertHold(TcpState::receives, EnumSet.of(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2));
        assertHold(TcpState::sends, EnumSet.of(SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT));
        assertHold(TcpState::hasUnacknowledgedFin, EnumSet.of(FIN_WAIT_1, CLOSING, LAST_ACK));
    }

    private static void assertHold(Predicate<TcpState> allows, Set<TcpState> expected) {
        Set<TcpState> actual = EnumSet.noneOf(TcpState.class);
        for (TcpState state : TcpState.values()) {
            if (allows.test(state)) {
                actual.add(state);
            }
        }
        assertEquals(expected, actual);
        assertTrue(!actual.isEmpty());
    }
}
