package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.List;

/// The kernel's own TCP at both ends of a veth pair.
///
/// @param offload as the pair comes: 64 KiB cross at once, without checksums
/// @param command the server's command line
record VethContestant(String name, String title, boolean offload, Command command) implements Contestant {
    private static final String NEAR = "near0";
    private static final String FAR = "far0";

    @Override
    public Kind kind() {
        return Kind.KERNEL;
    }

    @Override
    public Site open() throws IOException, InterruptedException, MissingException {
        final List<String> server = command.words();
        final Namespace near = Namespace.create();
        try {
            final Namespace far = Namespace.create();
            try {
                return open(near, far, server);
            } catch (IOException | InterruptedException | RuntimeException e) {
                far.close();
                throw e;
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            near.close();
            throw e;
        }
    }

    private Site open(Namespace near, Namespace far, List<String> server) throws IOException, InterruptedException {
        final Program program = far.start(server);
        program.awaitReady();
        final String pid = Long.toString(program.pid());
        near.run("ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR, "netns", pid);
        if (!offload) {
            withoutOffload(near, NEAR);
            withoutOffload(far, FAR);
        }
        Site.permitManyConnections(near);
        Site.configure(far, FAR, Site.SERVER_ADDRESS);
        Site.configure(near, NEAR, Site.CLIENT_ADDRESS);
        return new Site(near, far, program);
    }

    private static void withoutOffload(Namespace namespace, String device) throws IOException, InterruptedException {
        namespace.run("ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "gro", "off", "sg", "off");
    }
}
