package org.weir.services.dhcp;

/// Told what becomes of an interface's address, in the owner's thread, between packets: it may call anything but
/// [DhcpClient#release] and [DhcpClient#close].
@FunctionalInterface
public interface DhcpListener {
    /// Hears nothing.
    DhcpListener NONE = (_, _) -> {};

    /// @param client whose [DhcpClient#lease] is the new one, or the one that was lost
    void happened(DhcpClient client, DhcpEvent event);
}
