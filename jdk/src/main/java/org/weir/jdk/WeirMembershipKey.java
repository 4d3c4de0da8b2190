package org.weir.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The membership of a channel in a group. Its state belongs to the channel's [Memberships].
final class WeirMembershipKey extends MembershipKey {
    final int index;
    final Set<InetAddress> blocked = new HashSet<>();
    volatile boolean isDropped;
    private final Memberships memberships;
    private final MulticastChannel channel;
    private final InetAddress group;
    private final NetworkInterface on;
    private final @Nullable InetAddress source;

    /// @param index the stack's number of `on`
    /// @param source whom it hears; null for all
    WeirMembershipKey(
            Memberships memberships,
            MulticastChannel channel,
            InetAddress group,
            NetworkInterface on,
            int index,
            @Nullable InetAddress source) {
        this.memberships = memberships;
        this.channel = channel;
        this.group = group;
        this.on = on;
        this.index = index;
        this.source = source;
    }

    @Override
    public boolean isValid() {
        return !isDropped && channel.isOpen();
    }

    @Override
    public void drop() {
        memberships.drop(this);
    }

    @Override
    public MembershipKey block(InetAddress blockedSource) throws IOException {
        memberships.block(this, blockedSource);
        return this;
    }

    @Override
    public MembershipKey unblock(InetAddress blockedSource) {
        memberships.unblock(this, blockedSource);
        return this;
    }

    @Override
    public MulticastChannel channel() {
        return channel;
    }

    @Override
    public InetAddress group() {
        return group;
    }

    @Override
    public NetworkInterface networkInterface() {
        return on;
    }

    @Override
    public @Nullable InetAddress sourceAddress() {
        return source;
    }

    @Override
    public String toString() {
        return "<" + group.getHostAddress() + "," + on.getName() + (source == null ? "" : "," + source.getHostAddress())
                + ">";
    }
}
