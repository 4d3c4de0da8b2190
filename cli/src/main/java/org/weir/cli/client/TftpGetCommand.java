package org.weir.cli.client;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `weir tftp get`.
@Command(
        name = "get",
        header = "Get a file from a TFTP server.",
        description = {
            "",
            "Gets FILE from the server at HOST in octet mode and writes it to LOCAL, which is FILE's last part by"
                    + " default. LOCAL is replaced once all has come.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tftp get 10.10.10.1 boot/kernel",
            "  weir tftp get --tap t0 --ip 10.10.10.2/24 --block 8192 10.10.10.1 kernel /tmp/kernel",
            "",
            "Exit status: 0 if all has come, 1 if not or if no host runs, 2 for bad arguments.",
        })
final class TftpGetCommand implements Callable<Integer> {
    @Mixin
    private TftpTransferOptions options;

    @Parameters(index = "0", paramLabel = "HOST", description = "The server: an IPv4 address or a name.")
    private String host;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file, as the server knows it.")
    private String remote;

    @Parameters(index = "2", arity = "0..1", paramLabel = "LOCAL", description = "Where to write it.")
    private @Nullable Path local;

    @Override
    public Integer call() throws Exception {
        final Path target = local == null ? Path.of(remote.substring(remote.lastIndexOf('/') + 1)) : local;
        return options.run(host, remote, target, false, -1);
    }
}
