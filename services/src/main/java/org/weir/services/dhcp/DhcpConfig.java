package org.weir.services.dhcp;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// How a client presents itself, and where it remembers its lease.
///
/// @param hostName what it says it is called, option 12; null for nothing
/// @param clientId option 61 from its type on, as `01:02:00:00:00:00:02`; null for one by RFC 4361, made of the
///     interface's name and hardware address
/// @param leaseFile where its address is kept, so that it asks for the same when it starts again; null to forget it
/// @param epochOffsetNs what is to be added to the stack's time to get nanoseconds since 1970; only used for the file
public record DhcpConfig(
        @Nullable String hostName,
        @Nullable String clientId,
        @Nullable Path leaseFile,
        long epochOffsetNs) {
    private static final HexFormat ID = HexFormat.ofDelimiter(":");
    private static final int LONGEST_NAME = 63;
    private static final int SHORTEST_ID = 2;
    private static final int LONGEST_ID = 255;

    public DhcpConfig {
        if (hostName != null && !hostName.matches("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")) {
            throw new IllegalArgumentException(
                    "host name '" + hostName + "' is not letters, digits and hyphens between them");
        }
        if (hostName != null && hostName.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("host name '" + hostName + "' is longer than 63 characters");
        }
        if (clientId != null) {
            checkId(clientId);
        }
    }

    private static void checkId(String id) {
        final int octets = (id.length() + 1) / 3;
        if (!id.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*") || octets < SHORTEST_ID || octets > LONGEST_ID) {
            throw new IllegalArgumentException("client id '" + id + "' is not 2 to 255 octets as 01:02:00:00:00:00:02");
        }
    }

    public static DhcpConfig defaults() {
        return new DhcpConfig(null, null, null, 0);
    }

    public DhcpConfig withHostName(@Nullable String name) {
        return new DhcpConfig(name, clientId, leaseFile, epochOffsetNs);
    }

    public DhcpConfig withClientId(String id) {
        return new DhcpConfig(hostName, id, leaseFile, epochOffsetNs);
    }

    /// Keeps the address in `file`, in a directory that exists.
    public DhcpConfig withLeaseFile(@Nullable Path file, long offsetNs) {
        return new DhcpConfig(hostName, clientId, file, offsetNs);
    }

    byte @Nullable [] clientIdOctets() {
        return clientId == null ? null : ID.parseHex(clientId);
    }

    byte @Nullable [] hostNameOctets() {
        return hostName == null ? null : hostName.getBytes(StandardCharsets.US_ASCII);
    }
}
