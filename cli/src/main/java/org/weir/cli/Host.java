package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.weir.cli.manage.ManagePath;
import org.weir.cli.manage.ManageServer;
import org.weir.cli.manage.ManagedHost;
import org.weir.cli.manage.Statistic;
import org.weir.dns.Resolver;
import org.weir.drivers.CaptureFile;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.filter.FilterRules;
import org.weir.ip.Netif;
import org.weir.ip.ReversePath;
import org.weir.link.CaptureLink;
import org.weir.link.FaultInjector;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.PcapngWriter;
import org.weir.preload.PreloadServer;
import org.weir.runtime.LoopAccess;
import org.weir.runtime.Polled;
import org.weir.runtime.StackLoop;
import org.weir.services.ChargenService;
import org.weir.services.DiscardService;
import org.weir.services.EchoService;
import org.weir.services.tftp.TftpDirectory;
import org.weir.services.tftp.TftpLimits;
import org.weir.services.tftp.TftpListener;
import org.weir.services.tftp.TftpServer;
import org.weir.services.tftp.TftpStorage;
import org.weir.stack.Stack;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// A Weir host on TAP or TUN devices and their VLANs, with its services and the loop that runs it.
///
/// ```text
///   services - stack - capture? - faults? - TAP | kernel
///   programs - door? -/   \ ...
/// ```
final class Host implements AutoCloseable {
    private static final int CAPTURE_BUFFER = 256 * 1024;
    private static final long LEAVING_NS = 200 * StackClock.MILLISECOND;
    /// Of a file that TFTP clients write.
    private static final long MOST_OCTETS = 1L << 30;

    private final List<TapLink> taps;
    private final Stack stack;
    private final List<Attachment> attachments;
    private final List<Netif> netifs = new ArrayList<>();
    private final ServicePorts ports;
    private final LinkWaiter waiter;
    private final StackLoop loop;
    private final LoopAccess access;
    private final @Nullable CaptureFile capture;
    private @Nullable PcapngWriter captureWriter;
    private final Resolver resolver;
    private final @Nullable PreloadServer door;
    private final long epochOffsetNs;
    private @Nullable DhcpClients dhcp;
    private @Nullable ManageServer management;
    private volatile boolean lostInterface;

    private Host(List<Attachment> attachments, HostOptions options, ServicePorts ports, @Nullable DoorSpec spec)
            throws IOException {
        this.attachments = attachments;
        taps = attachments.stream()
                .map(Attachment::tap)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        this.ports = ports;
        capture = options.pcap() == null ? null : CaptureFile.create(options.pcap());
        final long startNs = System.nanoTime();
        epochOffsetNs = System.currentTimeMillis() * 1_000_000 - startNs;
        stack = Stack.create(options.stackConfig(), new SystemEntropy(), startNs);
        for (final Attachment attachment : attachments) {
            netifs.add(attach(attachment, options));
        }
        for (final NeighborSpec neighbor : options.neighborsOn(ethernetNetworks())) {
            stack.neighbors().add(ethernetTo(neighbor.address()), neighbor.address(), neighbor.hardwareAddress());
        }
        if (options.esp() != null) {
            EspFile.read(options.esp()).giveTo(stack.esp());
        }
        if (options.filter() != null) {
            final FilterRules rules = FilterFile.read(options.filter());
            stack.filter(rules, rules.mask());
        }
        startServices(serviceAddress(attachments), options);
        resolver = Resolver.start(stack, options.resolverConfig());
        door = spec == null ? null : door(spec);
        waiter = LinkWaiter.on(filesToWatch());
        loop = new StackLoop(polled(spec, startNs), new TapWaiter(waiter, this::interfaceIsGone), options.idle());
        access = new LoopAccess(loop, stack);
    }

    private Netif attach(Attachment to, HostOptions options) {
        final Netif netif = interfaceOf(to, options);
        for (final IpPrefix address : to.addresses()) {
            stack.addAddress(netif, address);
        }
        return netif;
    }

    private Netif interfaceOf(Attachment to, HostOptions options) {
        if (to.vlan() == null) {
            final TapLink tap = Objects.requireNonNull(to.tap());
            return stack.addInterface(tap.name(), captured(faulty(tap, options.fault())));
        }
        final TapLink tap =
                taps.get((int) netifs.stream().filter(n -> n.vlan() == null).count() - 1);
        final Netif carrier = Objects.requireNonNull(stack.ipv4().interfaceNamed(tap.name()));
        return stack.addVlan(tap.name() + "." + to.vlan().id(), carrier, to.vlan());
    }

    /// The address of a host that has one; any of those that it has otherwise.
    private static IpAddress serviceAddress(List<Attachment> attachments) {
        final List<IpPrefix> all = attachments.stream()
                .flatMap(attachment -> attachment.addresses().stream())
                .toList();
        final boolean isFixed = attachments.stream().allMatch(attachment -> attachment.dhcp() == null);
        return isFixed && all.size() == 1 ? all.getFirst().address() : IpAddress.ANY;
    }

    private int[] filesToWatch() {
        final IntStream devices = taps.stream().mapToInt(TapLink::fileDescriptor);
        return (door == null ? devices : IntStream.concat(devices, IntStream.of(door.fileDescriptor()))).toArray();
    }

    private List<IpPrefix> ethernetNetworks() {
        return netifs.stream()
                .filter(Host::isEthernet)
                .flatMap(netif -> netif.addresses().stream())
                .toList();
    }

    private Netif ethernetTo(IpAddress neighbor) {
        return netifs.stream()
                .filter(Host::isEthernet)
                .filter(netif -> netif.addresses().stream().anyMatch(network -> network.contains(neighbor.ipv4())))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isEthernet(Netif netif) {
        return netif.capabilities().framing() == Framing.ETHERNET;
    }

    private @Nullable PreloadServer door(DoorSpec spec) throws IOException {
        try {
            final PreloadServer made = PreloadServer.listen(stack, new SystemEntropy(), spec.socket());
            made.resolver(resolver);
            return made;
        } catch (IOException e) {
            if (!spec.isOptional()) {
                throw e;
            }
            return null;
        }
    }

    private Polled polled(@Nullable DoorSpec spec, long startNs) {
        if (spec == null || door == null) {
            return Polled.of(stack);
        }
        return spec.lingerNs() == DoorSpec.FOR_EVER ? door : new Lingering(door, spec.lingerNs(), startNs, this::stop);
    }

    /// Sets up a host on the devices of `attachments` (taken, whatever the result), with a door for native programs
    /// if `door` is not null. [#run] starts it.
    ///
    /// @throws IOException if the capture file or the directory to serve cannot be opened, a key cannot be used, or
    /// the door not be made
    /// @throws IllegalStateException if two services are to have the same port
    static Host on(List<Attachment> attachments, HostOptions options, ServicePorts ports, @Nullable DoorSpec door)
            throws IOException {
        try {
            return new Host(attachments, options, ports, door);
        } catch (IOException | RuntimeException e) {
            closeAll(attachments);
            throw e;
        }
    }

    static void closeAll(List<Attachment> attachments) {
        for (final Attachment attachment : attachments) {
            if (attachment.tap() != null) {
                attachment.tap().close();
            }
        }
    }

    private static Link faulty(Link link, @Nullable FaultSpec fault) {
        return fault == null ? link : new FaultInjector(link, fault.plan(), fault.plan(), fault.seed());
    }

    private Link captured(Link link) {
        if (capture == null) {
            return link;
        }
        final Framing framing = link.capabilities().framing();
        if (captureWriter == null) {
            captureWriter = new PcapngWriter(Arena.ofAuto().allocate(CAPTURE_BUFFER), capture, framing, epochOffsetNs);
            return new CaptureLink(link, captureWriter);
        }
        return new CaptureLink(link, captureWriter, captureWriter.addInterface(framing));
    }

    private void startServices(IpAddress local, HostOptions options) throws IOException {
        if (ports.echo() != 0) {
            EchoService.start(stack, local, ports.echo());
        }
        if (ports.discard() != 0) {
            DiscardService.start(stack, local, ports.discard());
        }
        if (ports.chargen() != 0) {
            ChargenService.start(stack, local, ports.chargen());
        }
        if (ports.tftp() != null) {
            startTftp(local, ports.tftp());
        }
        final List<IpAddress> addresses = attachments.stream()
                .flatMap(attachment -> attachment.addresses().stream())
                .map(IpPrefix::address)
                .toList();
        new WebServices(stack, local, options.memoryPlan(ports), !options.readsWhatItSends())
                .start(ports.web(), epochOffsetNs, addresses, this::execute);
    }

    /// Runs `task` in the thread that runs this host.
    private void execute(Runnable task) {
        loop.execute(task);
    }

    private void startTftp(IpAddress local, TftpSpec spec) throws IOException {
        final TftpStorage files = spec.isWritable()
                ? TftpDirectory.writable(spec.directory(), MOST_OCTETS)
                : TftpDirectory.readOnly(spec.directory());
        TftpServer.start(stack, local, spec.port(), files, TftpLimits.DEFAULTS, TftpListener.NONE);
    }

    /// Answers commands such as `weir ss`, from now on until [#close]; those that come before [#run] wait for it.
    ///
    /// @throws IOException if `socket` cannot be made
    void manage(Path socket) throws IOException {
        management =
                ManageServer.listen(socket, new ManagedHost(access, resolver, this::doorStatistics, epochOffsetNs));
    }

    /// As [#manage] beside the control socket; not without one.
    void manageBesideDoor() throws IOException {
        if (door != null) {
            manage(ManagePath.beside(door.path()));
        }
    }

    private List<Statistic> doorStatistics() {
        return door == null ? List.of() : Counters.statisticsOf(door);
    }

    private void interfaceIsGone() {
        lostInterface = true;
        loop.stop();
    }

    /// The kernel's interfaces.
    String interfaceNames() {
        return taps.stream().map(TapLink::name).collect(Collectors.joining(" or "));
    }

    /// Sends what leaves the network to `gateway`.
    void gateway(IpAddress gateway) {
        stack.addGateway(gateway);
    }

    /// Adds a route.
    ///
    /// @throws Failure if that cannot be
    void route(RouteSpec route) throws Failure {
        route.giveTo(stack);
    }

    /// Passes on packets for others.
    void forward(ReversePath check) {
        stack.ipv4().forwarding().enabled(true);
        stack.ipv4().forwarding().reversePath(check);
    }

    /// Prints the ready line, after the leases that the host waits for.
    void announce(PrintWriter out) {
        final DhcpClients clients = new DhcpClients(stack, out, () -> printReady(out), new LeasedNames(resolver));
        boolean isWaiting = false;
        for (int i = 0; i < netifs.size(); i++) {
            final DhcpSpec spec = attachments.get(i).dhcp();
            if (spec != null) {
                clients.start(netifs.get(i), spec, epochOffsetNs);
                isWaiting = true;
            }
        }
        dhcp = clients;
        if (!isWaiting) {
            printReady(out);
        }
    }

    private void printReady(PrintWriter out) {
        out.println(readyLine());
        out.flush();
    }

    /// One line for people and scripts: `ready`, then names and values.
    String readyLine() {
        final StringBuilder line = new StringBuilder("ready ");
        line.append(netifs.stream().map(Host::describe).collect(Collectors.joining(", ")));
        line.append(ports);
        return door == null
                ? line.toString()
                : line.append(" socket ").append(door.path()).toString();
    }

    private static String describe(Netif netif) {
        final StringBuilder text = new StringBuilder(netif.name());
        for (final IpPrefix address : netif.addresses()) {
            text.append(' ').append(address);
        }
        if (netif.hardwareAddress() != 0) {
            text.append(" mac ").append(MacAddress.format(netif.hardwareAddress()));
        }
        return text.append(" mtu ").append(netif.mtu()).toString();
    }

    // ---- running ----

    /// Lets another thread call [#run].
    void release() {
        stack.release();
    }

    /// Serves in the calling thread until [#stop].
    void run() {
        try {
            loop.run();
        } finally {
            access.end();
        }
    }

    /// Ends [#run]; from any thread.
    void stop() {
        loop.stop();
    }

    /// The interface was deleted while the host ran.
    boolean lostInterface() {
        return lostInterface;
    }

    /// What the host has done, as text. For the owner, or after [#close].
    String counters() {
        final String counters = Counters.of(stack);
        return door == null ? counters : counters + Counters.of(door);
    }

    /// Gives leases back, and stays for as long as it may take to find the servers.
    private void leave(DhcpClients clients) {
        clients.release();
        final long endNs = System.nanoTime() + LEAVING_NS;
        while (!lostInterface && System.nanoTime() - endNs < 0) {
            if (stack.poll(System.nanoTime()) == 0) {
                LockSupport.parkNanos(StackClock.MILLISECOND);
            }
        }
        clients.close();
    }

    /// Closes the device: the kernel's end goes with it unless it was made to stay.
    ///
    /// @throws IOException if the capture is not complete
    @Override
    public void close() throws IOException {
        if (dhcp != null && dhcp.holdsAny()) {
            leave(dhcp);
        }
        if (management != null) {
            management.close();
        }
        resolver.close();
        if (door != null) {
            door.close();
        }
        stack.close();
        waiter.close();
        if (capture != null) {
            capture.close();
        }
    }
}
