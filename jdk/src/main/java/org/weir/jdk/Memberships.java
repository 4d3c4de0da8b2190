package org.weir.jdk;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.stack.SocketGroups;
import org.weir.wire.IpAddress;

/// The groups that a datagram channel has joined. What is asked here is checked as the JDK does, in its words.
final class Memberships {
    private final BlockingChannel channel;
    private final StackSocket socket;
    private final List<WeirMembershipKey> keys = new ArrayList<>();

    Memberships(BlockingChannel channel, StackSocket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /// Joins `group` for all sources, or for `source` if that is not null; a membership that is there is given
    /// again.
    ///
    /// @throws IllegalStateException if the other kind of membership is there
    synchronized MembershipKey join(
            MulticastChannel owner, InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        Objects.requireNonNull(on);
        checkGroup(group);
        if (source != null) {
            checkSource(source, group);
        }
        channel.ensureOpen();
        final WeirMembershipKey present = present(group, on, source);
        if (present != null) {
            return present;
        }
        final int index = HostInterfaces.index(socket.host(), on);
        demand(groups -> source == null
                ? groups.join(socket.descriptor(), ip(group), index)
                : groups.joinSource(socket.descriptor(), ip(group), index, ip(source)));
        final WeirMembershipKey key = new WeirMembershipKey(this, owner, group, on, index, source);
        keys.add(key);
        return key;
    }

    private static void checkGroup(InetAddress group) {
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException("Group not a multicast address");
        }
        if (!(group instanceof Inet4Address)) {
            throw new IllegalArgumentException("Only IPv6 sockets can join IPv6 multicast group");
        }
    }

    private static void checkSource(InetAddress source, InetAddress group) {
        if (source.isAnyLocalAddress()) {
            throw new IllegalArgumentException("Source address is a wildcard address");
        }
        if (source.isMulticastAddress()) {
            throw new IllegalArgumentException("Source address is multicast address");
        }
        if (source.getClass() != group.getClass()) {
            throw new IllegalArgumentException("Source address is different type to group");
        }
    }

    private @Nullable WeirMembershipKey present(InetAddress group, NetworkInterface on, @Nullable InetAddress source) {
        for (final WeirMembershipKey key : keys) {
            if (!key.group().equals(group) || !key.networkInterface().equals(on)) {
                continue;
            }
            if (source == null && key.sourceAddress() != null) {
                throw new IllegalStateException("Already a member to receive all packets");
            }
            if (source != null && key.sourceAddress() == null) {
                throw new IllegalStateException("Already have source-specific membership");
            }
            if (Objects.equals(source, key.sourceAddress())) {
                return key;
            }
        }
        return null;
    }

    /// The membership of all sources; null if there is none.
    synchronized @Nullable MembershipKey find(InetAddress group, NetworkInterface on) {
        for (final WeirMembershipKey key : keys) {
            if (key.group().equals(group) && key.networkInterface().equals(on) && key.sourceAddress() == null) {
                return key;
            }
        }
        return null;
    }

    synchronized void drop(WeirMembershipKey key) {
        if (!key.isValid()) {
            return;
        }
        final InetAddress source = key.sourceAddress();
        unlessEnded(groups -> source == null
                ? groups.leave(socket.descriptor(), ip(key.group()), key.index)
                : groups.leaveSource(socket.descriptor(), ip(key.group()), key.index, ip(source)));
        key.isDropped = true;
        keys.remove(key);
    }

    synchronized void block(WeirMembershipKey key, InetAddress source) throws IOException {
        if (key.sourceAddress() != null) {
            throw new IllegalStateException("key is source-specific");
        }
        if (key.blocked.contains(source)) {
            return;
        }
        ensureValid(key);
        checkSource(source, key.group());
        demand(groups -> groups.blockSource(socket.descriptor(), ip(key.group()), key.index, ip(source)));
        key.blocked.add(source);
    }

    synchronized void unblock(WeirMembershipKey key, InetAddress source) {
        if (!key.blocked.contains(source)) {
            throw new IllegalStateException("not blocked");
        }
        ensureValid(key);
        unlessEnded(groups -> groups.unblockSource(socket.descriptor(), ip(key.group()), key.index, ip(source)));
        key.blocked.remove(source);
    }

    private static void ensureValid(MembershipKey key) {
        if (!key.isValid()) {
            throw new IllegalStateException("key is no longer valid");
        }
    }

    // ---- the stack ----

    /// What is asked of the groups of the stack.
    @FunctionalInterface
    private interface Request {
        int ask(SocketGroups groups);
    }

    private void demand(Request request) throws SocketException {
        socket.host().demand(sockets -> request.ask(sockets.groups()));
    }

    /// For what cannot fail but with the stack, whose memberships have ended with it.
    private void unlessEnded(Request request) {
        try {
            demand(request);
        } catch (SocketException e) {
            assert !channel.isOpen() || e.getCause() != null : e;
        }
    }

    private static IpAddress ip(InetAddress address) {
        return IpAddress.ofIpv4(Addresses.ipv4(address));
    }
}
