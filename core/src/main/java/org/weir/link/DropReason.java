package org.weir.link;

/// Why a packet went no further. Every drop in the stack counts under exactly one of these.
public enum DropReason {
    /// No buffer was free for a received frame.
    NO_BUFFER("no buffer was free"),
    /// The link's transmit queue was full, or the operating system refused the frame.
    LINK_BUSY("the link took no more frames"),
    /// A frame larger than the link carries.
    FRAME_TOO_LONG("the frame is longer than the link's MTU"),
    /// The interface is down.
    INTERFACE_DOWN("the interface is down"),
    /// Metadata of the link that contradict the frame, such as a checksum that lies outside of it.
    LINK_MALFORMED("malformed link metadata"),
    /// Lost on purpose by a fault injector.
    INJECTED("lost by the fault injector"),
    /// Lost because a fault injector's queue in front of a slow wire was full.
    INJECTED_QUEUE_FULL("the fault injector's queue was full"),
    /// Shorter than an Ethernet header.
    ETHERNET_RUNT("shorter than an Ethernet header"),
    /// Addressed to another station.
    ETHERNET_OTHER_HOST("addressed to another station"),
    /// A type that no layer takes.
    ETHERNET_UNKNOWN_TYPE("no layer takes this Ethernet type"),
    /// Of a VLAN that has no interface here.
    VLAN_UNKNOWN("no interface on this VLAN"),
    /// An ARP packet that is cut short, of another kind, or with an impossible sender.
    ARP_MALFORMED("malformed ARP packet"),
    /// The neighbour did not answer ARP, or its queue was taken by a newer packet.
    NEIGHBOR_UNRESOLVED("the neighbour's hardware address is not known"),
    /// Shorter than it says, another version, or an impossible header length.
    IPV4_MALFORMED("malformed IPv4 header"),
    /// The header checksum is wrong.
    IPV4_BAD_CHECKSUM("wrong IPv4 header checksum"),
    /// A source address that no host may have.
    IPV4_MARTIAN("impossible source address"),
    /// A source route or record route option asks for what a host must not do.
    IPV4_SOURCE_ROUTE("source-routed"),
    /// Not addressed to this host, and this host does not forward.
    IPV4_NOT_FOR_US("not addressed to this host"),
    /// From or to an address that no router passes on: of this network, the loopback, the link, a group, all hosts,
    /// or reserved.
    FORWARD_NOT_ROUTABLE("from or to an address that is not forwarded"),
    /// To one host, in a frame to many.
    FORWARD_LINK_BROADCAST("to one host, in a link-layer broadcast"),
    /// By another interface than packets to its source would leave by.
    FORWARD_REVERSE_PATH("not by the interface that its source is behind"),
    /// It has passed as many routers as its sender wanted.
    FORWARD_TTL_EXCEEDED("time to live exceeded in transit"),
    /// Longer than the next link carries, and not to be fragmented: its sender is told.
    FORWARD_DONT_FRAGMENT("longer than the next link's MTU, and not to be fragmented"),
    /// Segments that a link has put together, and that cannot be cut for the next: each is longer than that
    /// carries, or they have IP options.
    FORWARD_NOT_CUT("segments, put together, that cannot be cut for the next link"),
    /// It took a blackhole route.
    ROUTE_BLACKHOLE("a blackhole route"),
    /// It took an unreachable route.
    ROUTE_UNREACHABLE("an unreachable route"),
    /// It took a prohibit route.
    ROUTE_PROHIBITED("a prohibit route"),
    /// To a group that this host has not joined on the interface, or from a source that nobody here wants to hear.
    IPV4_OTHER_GROUP("sent to a group, or by a source of it, that nobody here wants to hear"),
    /// A fragment that is empty, not the last and yet no multiple of 8 octets, or beyond the 65,535 octets that a
    /// datagram can have; as with the next four, also what else was or will be received of its datagram.
    IPV4_FRAGMENT_MALFORMED("an impossible fragment, or one of the same datagram"),
    /// A first fragment without the whole TCP header, which filters look at, or one that is to lie in the middle of
    /// it.
    IPV4_FRAGMENT_TINY("a fragment that cuts a TCP header, or one of the same datagram"),
    /// A fragment that overlaps another one and is not the same.
    IPV4_FRAGMENT_OVERLAP("overlapping fragments"),
    /// Fragments that do not agree where the datagram ends, or whether it understands ECN.
    IPV4_FRAGMENT_CONFLICT("fragments that contradict each other"),
    /// A datagram in too many fragments, or too large for what its sender's fragments may hold of the stack's
    /// buffers.
    IPV4_FRAGMENT_LIMIT("a fragmented datagram beyond the limits"),
    /// A fragment that has been received.
    IPV4_FRAGMENT_DUPLICATE("a fragment received before"),
    /// A fragment of the oldest datagram, which gave way to a newer one.
    IPV4_FRAGMENT_EVICTED("a fragment of a datagram that gave way to a newer one"),
    /// A fragment of a datagram that was not whole in time.
    IPV4_FRAGMENT_TIMED_OUT("a fragment of a datagram that was not whole in time"),
    /// No protocol takes it.
    IPV4_UNKNOWN_PROTOCOL("no protocol takes it"),
    /// No route to the destination.
    NO_ROUTE("no route to the destination"),
    /// A malformed ICMP message.
    ICMP_MALFORMED("malformed ICMP message"),
    /// The ICMP checksum is wrong.
    ICMP_BAD_CHECKSUM("wrong ICMP checksum"),
    /// An ICMP type that a host does not answer.
    ICMP_IGNORED("an ICMP type that is not answered"),
    /// An ICMP message that was not sent because too many were.
    ICMP_RATE_LIMITED("too many ICMP messages"),
    /// An IGMP message that is cut short or contradicts itself.
    IGMP_MALFORMED("malformed IGMP message"),
    /// The IGMP checksum is wrong.
    IGMP_BAD_CHECKSUM("wrong IGMP checksum"),
    /// An IGMP message that is not for hosts, or a query that no router of this network may have sent.
    IGMP_IGNORED("an IGMP message that is not answered"),
    /// A datagram of this host to a group or to all hosts, whose copy for this host itself found too many waiting.
    OWN_COPY_QUEUE_FULL("too many of this host's own multicasts and broadcasts wait"),
    /// A policy says that such packets go neither out nor in.
    POLICY_DISCARDED("a security policy discards it"),
    /// A policy says that such packets are protected, and this one was not.
    POLICY_UNPROTECTED("not protected, as a security policy wants it"),
    /// It was protected, and no policy says that such packets are.
    POLICY_MISMATCH("protected although no security policy wants it"),
    /// An ESP packet that is cut short, is no number of blocks, or has wrong padding.
    ESP_MALFORMED("malformed ESP packet"),
    /// No security association for what a policy protects, or for the SPI of a packet.
    ESP_NO_ASSOCIATION("no security association"),
    /// A sequence number that has come before, or is too old to know.
    ESP_REPLAYED("a replayed ESP packet"),
    /// The ICV is wrong.
    ESP_FORGED("wrong ESP integrity check value"),
    /// All sequence numbers of the association are used up.
    ESP_SEQUENCE_EXHAUSTED("no ESP sequence number left"),
    /// The filter does not want the packet to come in.
    FILTER_INPUT("the filter refused it on its way in"),
    /// The filter does not want the packet to go out.
    FILTER_OUTPUT("the filter refused it on its way out"),
    /// The filter does not want the packet to be passed on.
    FILTER_FORWARD("the filter refused to forward it"),
    /// The filter does not want the frame.
    FILTER_LINK("the filter refused the frame"),
    /// The filter does not want the connection that a segment asks a listener for.
    FILTER_ENDPOINT("the filter refused the connection"),
    /// The filter threw an exception or gave no verdict.
    FILTER_FAILED("the filter failed"),
    /// A UDP header that contradicts the IP header.
    UDP_MALFORMED("malformed UDP header"),
    /// The UDP checksum is wrong.
    UDP_BAD_CHECKSUM("wrong UDP checksum"),
    /// No endpoint on that port.
    UDP_NO_ENDPOINT("no UDP endpoint on that port"),
    /// The endpoint's receive queue is full, or what all such queues may hold of the stack's buffers is held.
    UDP_QUEUE_FULL("the UDP receive queue is full"),
    /// A reported error that an endpoint asks for, while too many wait for their readers.
    ERROR_QUEUE_FULL("too many reported errors wait for their readers"),
    /// A raw endpoint's receive queue is full; the packet itself went its way.
    RAW_QUEUE_FULL("the receive queue of a raw endpoint is full"),
    /// A packet endpoint's receive queue is full; the frame itself went its way.
    PACKET_QUEUE_FULL("the receive queue of a packet endpoint is full"),
    /// A TCP header that contradicts the IP header.
    TCP_MALFORMED("malformed TCP header"),
    /// The TCP checksum is wrong.
    TCP_BAD_CHECKSUM("wrong TCP checksum"),
    /// No connection and no listener.
    TCP_NO_CONNECTION("no TCP connection or listener"),
    /// A SYN for a listener whose backlog is full.
    TCP_BACKLOG_FULL("the listener's backlog is full"),
    /// The third segment of a handshake while no connection object was free.
    TCP_NO_CONNECTION_FREE("no TCP connection object was free"),
    /// A SYN that was answered by a cookie and forgotten, because the SYN queue was full: no loss, but a sign of an
    /// attack.
    TCP_SYN_COOKIE_SENT("a SYN answered by a cookie"),
    /// Outside the receive window.
    TCP_OUT_OF_WINDOW("outside the TCP receive window"),
    /// Without a timestamp on a connection that has agreed on them (RFC 7323 section 3.2).
    TCP_NO_TIMESTAMP("no timestamp on a TCP connection that uses them"),
    /// An old duplicate by its timestamp (PAWS, RFC 7323).
    TCP_OLD_TIMESTAMP("an old TCP duplicate by its timestamp"),
    /// An acknowledgment of what was never sent, or far too old.
    TCP_BAD_ACKNOWLEDGMENT("an unacceptable TCP acknowledgment"),
    /// A segment whose flags make no sense in the connection's state.
    TCP_UNEXPECTED_FLAGS("TCP flags that make no sense in this state"),
    /// Payload for which there was no memory, or behind the end of the stream.
    TCP_PAYLOAD_REFUSED("TCP payload that could not be kept"),
    /// A duplicate of payload that has been received.
    TCP_DUPLICATE("TCP payload received before");

    private final String sentence;

    DropReason(String sentence) {
        this.sentence = sentence;
    }

    /// What happened, for people.
    public String sentence() {
        return sentence;
    }
}
