package org.weir.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options about HTTP and HTTPS.
@Command
final class WebOptions {
    private static final int MOST_CONNECTIONS = 1 << 16;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--http",
            paramLabel = "P[=DIR]",
            converter = HttpSpec.Converter.class,
            description = "Serve HTTP/1.1 on TCP port P: the files of DIR, or a page about the host.")
    private @Nullable HttpSpec http;

    @Option(
            names = "--https",
            paramLabel = "P[=DIR]",
            converter = HttpSpec.Converter.class,
            description = {
                "The same over TLS 1.2 and 1.3, with the keys of --tls, or one made at start, which no client trusts."
            })
    private @Nullable HttpSpec https;

    @Option(
            names = "--tls",
            paramLabel = "CERT,KEY",
            converter = TlsSpec.Converter.class,
            description = {
                "PEM files with a certificate, those that vouch for it, and its key; or 'FILE.p12,PASSWORDFILE'. More"
                        + " of them give keys for more names."
            })
    private List<TlsSpec> keys = new ArrayList<>();

    @Option(
            names = "--http-connections",
            paramLabel = "N",
            defaultValue = "256",
            description = "Clients of --http, and of --https, at once; 256 by default. One more is closed.")
    private int connections;

    /// @throws ParameterException if an option needs another one, or is out of range
    WebSpec spec() {
        if (!keys.isEmpty() && https == null) {
            throw new ParameterException(mixee.commandLine(), "--tls needs --https");
        }
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw new ParameterException(
                    mixee.commandLine(), "--http-connections " + connections + " is not in 1 to " + MOST_CONNECTIONS);
        }
        return new WebSpec(http, https, keys, connections);
    }
}
