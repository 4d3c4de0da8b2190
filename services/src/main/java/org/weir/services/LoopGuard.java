package org.weir.services;

/// Decides which datagrams a service may answer.
///
/// Two services that answer every datagram keep each other busy for ever once somebody sends one of them a datagram
/// that claims to come from the other (CVE-1999-0103). So none is answered that claims to come from a well-known
/// port, as those of all such services are, or from the port that it was sent to, which is where the same service of
/// another host is. A client's port is neither. And the endpoints are bound to one address, so that what is sent to
/// all hosts of a network is not answered.
final class LoopGuard {
    private static final int FIRST_REGISTERED_PORT = 1_024;

    private LoopGuard() {}

    static boolean permitsAnswer(int senderPort, int localPort) {
        return senderPort >= FIRST_REGISTERED_PORT && senderPort != localPort;
    }
}
