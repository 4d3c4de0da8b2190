package org.weir.tcp;

/// The state machine of RFC 9293 section 3.3.2, figure 5, as a pure function.
public final class TcpTransitions {
    private TcpTransitions() {}

    /// The state after `event` in `state`. An event that means nothing in a state leaves it.
    public static TcpState next(TcpState state, TcpEvent event) {
        return switch (event) {
            case PASSIVE_OPEN -> state == TcpState.CLOSED ? TcpState.LISTEN : state;
            case ACTIVE_OPEN -> state == TcpState.CLOSED || state == TcpState.LISTEN ? TcpState.SYN_SENT : state;
            case SYN_ARRIVES -> state == TcpState.LISTEN || state == TcpState.SYN_SENT ? TcpState.SYN_RECEIVED : state;
            case SYN_ACK_ARRIVES -> state == TcpState.SYN_SENT ? TcpState.ESTABLISHED : state;
            case ACK_OF_SYN_ARRIVES -> state == TcpState.SYN_RECEIVED ? TcpState.ESTABLISHED : state;
            case CLOSE -> afterClose(state);
            case FIN_ARRIVES -> afterFin(state);
            case ACK_OF_FIN_ARRIVES -> afterAckOfFin(state);
            case TWO_MSL_PASSED -> state == TcpState.TIME_WAIT ? TcpState.CLOSED : state;
            case ABORT -> TcpState.CLOSED;
        };
    }

    private static TcpState afterClose(TcpState state) {
        return switch (state) {
            case LISTEN, SYN_SENT -> TcpState.CLOSED;
            case SYN_RECEIVED, ESTABLISHED -> TcpState.FIN_WAIT_1;
            case CLOSE_WAIT -> TcpState.LAST_ACK;
            case CLOSED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> state;
        };
    }

    private static TcpState afterFin(TcpState state) {
        return switch (state) {
            case SYN_RECEIVED, ESTABLISHED -> TcpState.CLOSE_WAIT;
            case FIN_WAIT_1 -> TcpState.CLOSING;
            case FIN_WAIT_2 -> TcpState.TIME_WAIT;
            case CLOSED, LISTEN, SYN_SENT, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> state;
        };
    }

    private static TcpState afterAckOfFin(TcpState state) {
        return switch (state) {
            case FIN_WAIT_1 -> TcpState.FIN_WAIT_2;
            case CLOSING -> TcpState.TIME_WAIT;
            case LAST_ACK -> TcpState.CLOSED;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT -> state;
        };
    }
}
