package org.weir.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.CaptureFile;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.ip.Netif;
import org.weir.link.CaptureLink;
import org.weir.link.FaultInjector;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.PcapngWriter;
import org.weir.preload.PreloadServer;
import org.weir.runtime.Polled;
import org.weir.runtime.StackLoop;
import org.weir.services.ChargenService;
import org.weir.services.DiscardService;
import org.weir.services.EchoService;
import org.weir.services.HttpServer;
import org.weir.services.HttpSite;
import org.weir.services.StaticFiles;
import org.weir.services.StatusPage;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// A Weir host on a TAP or TUN device, with its services and the loop that runs it.
///
/// ```text
///   services - stack - capture? - faults? - TAP | kernel
///   programs - door? -/
/// ```
final class Host implements AutoCloseable {
    private static final int CAPTURE_BUFFER = 256 * 1024;

    private final TapLink tap;
    private final Stack stack;
    private final Netif netif;
    private final IpPrefix address;
    private final ServicePorts ports;
    private final LinkWaiter waiter;
    private final StackLoop loop;
    private final @Nullable CaptureFile capture;
    private final @Nullable PreloadServer door;
    private volatile boolean lostInterface;

    private Host(TapLink tap, IpPrefix address, HostOptions options, ServicePorts ports, @Nullable DoorSpec spec)
            throws IOException {
        this.tap = tap;
        this.address = address;
        this.ports = ports;
        capture = options.pcap() == null ? null : CaptureFile.create(options.pcap());
        final long startNs = System.nanoTime();
        final long epochOffsetNs = System.currentTimeMillis() * 1_000_000 - startNs;
        stack = Stack.create(options.stackConfig(), new SystemEntropy(), startNs);
        netif = stack.addInterface(tap.name(), captured(faulty(tap, options.fault()), epochOffsetNs));
        stack.addAddress(netif, address);
        if (options.esp() != null) {
            EspFile.read(options.esp()).giveTo(stack.esp());
        }
        startServices(options, epochOffsetNs);
        door = spec == null ? null : door(spec);
        waiter = door == null
                ? LinkWaiter.on(tap.fileDescriptor())
                : LinkWaiter.on(tap.fileDescriptor(), door.fileDescriptor());
        loop = new StackLoop(polled(spec, startNs), new TapWaiter(waiter, this::interfaceIsGone), options.idle());
    }

    private @Nullable PreloadServer door(DoorSpec spec) throws IOException {
        try {
            return PreloadServer.listen(stack, new SystemEntropy(), spec.socket());
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

    /// Sets up a host on `tap` (taken, whatever the result), with a door for native programs if `door` is not null.
    /// [#run] starts it.
    ///
    /// @throws IOException if the capture file or the directory to serve cannot be opened, or the door not be made
    /// @throws IllegalStateException if two services are to have the same port
    static Host on(TapLink tap, IpPrefix address, HostOptions options, ServicePorts ports, @Nullable DoorSpec door)
            throws IOException {
        try {
            return new Host(tap, address, options, ports, door);
        } catch (IOException | RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    private static Link faulty(Link link, @Nullable FaultSpec fault) {
        return fault == null ? link : new FaultInjector(link, fault.plan(), fault.plan(), fault.seed());
    }

    private Link captured(Link link, long epochOffsetNs) {
        if (capture == null) {
            return link;
        }
        final Framing framing = link.capabilities().framing();
        return new CaptureLink(
                link, new PcapngWriter(Arena.ofAuto().allocate(CAPTURE_BUFFER), capture, framing, epochOffsetNs));
    }

    private void startServices(HostOptions options, long epochOffsetNs) throws IOException {
        final IpAddress local = address.address();
        if (ports.echo() != 0) {
            EchoService.start(stack, local, ports.echo());
        }
        if (ports.discard() != 0) {
            DiscardService.start(stack, local, ports.discard());
        }
        if (ports.chargen() != 0) {
            ChargenService.start(stack, local, ports.chargen());
        }
        final HttpSpec http = ports.http();
        if (http != null) {
            final HttpSite site = http.directory() == null
                    ? new StatusPage(stack, options.memoryPlan(ports))
                    : StaticFiles.of(http.directory());
            HttpServer.start(stack, local, http.port(), HostOptions.httpConfig(epochOffsetNs), site);
        }
    }

    private void interfaceIsGone() {
        lostInterface = true;
        loop.stop();
    }

    /// The interface of the kernel.
    String interfaceName() {
        return tap.name();
    }

    /// Sends what leaves the network to `gateway`.
    void gateway(IpAddress gateway) {
        stack.addGateway(gateway);
    }

    /// One line for people and scripts: `ready`, then names and values.
    String readyLine() {
        final StringBuilder line = new StringBuilder("ready ");
        line.append(tap.name()).append(' ').append(address);
        if (netif.hardwareAddress() != 0) {
            line.append(" mac ").append(MacAddress.format(netif.hardwareAddress()));
        }
        line.append(" mtu ").append(netif.mtu()).append(ports);
        return door == null
                ? line.toString()
                : line.append(" socket ").append(door.path()).toString();
    }

    // ---- running ----

    /// Lets another thread call [#run].
    void release() {
        stack.release();
    }

    /// Serves in the calling thread until [#stop].
    void run() {
        loop.run();
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

    /// Closes the device: the kernel's end goes with it unless it was made to stay.
    ///
    /// @throws IOException if the capture is not complete
    @Override
    public void close() throws IOException {
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
