package org.weir.wire;

/// An address with the length of its network's prefix, as in 10.10.10.2/24.
///
/// @param address the address
/// @param length leading bits that name the network, 0 to 32
public record IpPrefix(IpAddress address, int length) {
    /// Every address.
    public static final IpPrefix ALL = new IpPrefix(IpAddress.ANY, 0);

    private static final int MAX_LENGTH = 32;

    public IpPrefix {
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("prefix length " + length + " of " + address + " is not in 0 to 32");
        }
    }

    /// Reads `10.10.10.2/24`.
    ///
    /// @throws IllegalArgumentException if the text is not a prefix; the message says so
    public static IpPrefix parse(String text) {
        final int slash = text.indexOf('/');
        final String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (!bits.matches("[0-9]{1,2}")) {
            throw new IllegalArgumentException(
                    "not an address with a prefix length: '" + text + "' (expected as in 10.10.10.2/24)");
        }
        return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(bits));
    }

    /// The bits that name the network.
    public int mask() {
        return length == 0 ? 0 : -1 << MAX_LENGTH - length;
    }

    /// The network alone: its address has nothing behind the prefix.
    public IpPrefix network() {
        final int first = address.ipv4() & mask();
        return first == address.ipv4() ? this : new IpPrefix(IpAddress.ofIpv4(first), length);
    }

    /// True if `ipv4` is in this network.
    public boolean contains(int ipv4) {
        return ((ipv4 ^ address.ipv4()) & mask()) == 0;
    }

    /// True if the network has an address that reaches all its hosts: RFC 3021 takes it from a /31, and a /32 is
    /// one host.
    public boolean hasBroadcast() {
        return length < MAX_LENGTH - 1;
    }

    /// The address that reaches all hosts of the network; only meaningful if [#hasBroadcast].
    public int broadcast() {
        return address.ipv4() | ~mask();
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
