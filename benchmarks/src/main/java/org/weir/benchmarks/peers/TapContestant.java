package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.List;
import org.weir.drivers.KernelInterface;

/// A program that opens a TAP and answers behind it.
///
/// @param command its command line
record TapContestant(String name, String title, Kind kind, Command command) implements Contestant {
    /// The device, in a namespace where no other has that name.
    static final String TAP = "tap0";

    @Override
    public Site open() throws IOException, InterruptedException, MissingException {
        final List<String> words = command.words();
        final Namespace namespace = Namespace.create();
        try {
            namespace.call(() -> {
                KernelInterface.loopback().up();
                return true;
            });
            final Program program = namespace.start(words);
            program.awaitReady();
            Site.permitManyConnections(namespace);
            Site.configure(namespace, TAP, Site.CLIENT_ADDRESS);
            return new Site(namespace, namespace, program);
        } catch (IOException | InterruptedException | RuntimeException e) {
            namespace.close();
            throw e;
        }
    }
}
