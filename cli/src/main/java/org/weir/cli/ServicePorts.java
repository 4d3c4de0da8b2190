package org.weir.cli;

import org.jspecify.annotations.Nullable;

/// Which services a host offers, each on TCP and UDP except HTTP and TFTP.
///
/// @param echo the port of RFC 862, 0 for none
/// @param discard the port of RFC 863, 0 for none
/// @param chargen the port of RFC 864, 0 for none
/// @param web what is served over HTTP and HTTPS
/// @param tftp what is served over TFTP, null for nothing
record ServicePorts(
        int echo,
        int discard,
        int chargen,
        WebSpec web,
        @Nullable TftpSpec tftp) {
    static ServicePorts none() {
        return new ServicePorts(0, 0, 0, WebSpec.none(), null);
    }

    /// All of them on their well-known ports.
    static ServicePorts wellKnown() {
        return new ServicePorts(7, 9, 19, WebSpec.wellKnown(), null);
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        append(text, "echo", echo);
        append(text, "discard", discard);
        append(text, "chargen", chargen);
        append(text, "http", web.http() == null ? 0 : web.http().port());
        append(text, "https", web.https() == null ? 0 : web.https().port());
        append(text, "tftp", tftp == null ? 0 : tftp.port());
        return text.toString();
    }

    private static void append(StringBuilder text, String name, int port) {
        if (port != 0) {
            text.append(' ').append(name).append(' ').append(port);
        }
    }
}
