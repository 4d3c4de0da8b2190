package org.weir.cli.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `weir tftp put`.
@Command(
        name = "put",
        header = "Put a file to a TFTP server.",
        description = {
            "",
            "Puts LOCAL to the server at HOST in octet mode, where it is called FILE, by default as here.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tftp put 10.10.10.1 router.conf",
            "  weir tftp put --tap t0 --ip 10.10.10.2/24 10.10.10.1 /tmp/dump crash/dump",
            "",
            "Exit status: 0 if the server has all, 1 if not or if no host runs, 2 for bad arguments.",
        })
final class TftpPutCommand implements Callable<Integer> {
    @Mixin
    private TftpTransferOptions options;

    @Parameters(index = "0", paramLabel = "HOST", description = "The server: an IPv4 address or a name.")
    private String host;

    @Parameters(index = "1", paramLabel = "LOCAL", description = "The file to put.")
    private Path local;

    @Parameters(index = "2", arity = "0..1", paramLabel = "FILE", description = "What it is to be called there.")
    private @Nullable String remote;

    @Override
    public Integer call() throws Exception {
        if (!Files.isReadable(local) || !Files.isRegularFile(local)) {
            throw new Failure("cannot read " + local);
        }
        final String name = remote == null ? String.valueOf(local.getFileName()) : remote;
        return options.run(host, name, local, true, Files.size(local));
    }
}
