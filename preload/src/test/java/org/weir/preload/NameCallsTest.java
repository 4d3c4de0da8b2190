package org.weir.preload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.dns.NameServer;
import org.weir.dns.Resolver;
import org.weir.dns.ResolverConfig;
import org.weir.stack.Sockets;

/// Names that programs ask the host for.
class NameCallsTest extends AtTheDoor {
    private static final int EAI_NONAME = -2;
    private static final int EAI_AGAIN = -3;
    private static final int KNOWN = 0xC000_0246;

    private Resolver resolver;

    @BeforeEach
    void aResolver() throws IOException {
        final Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, "192.0.2.70 printer.weir.test printer\n192.0.2.71 printer\n");
        resolver = Resolver.start(
                network.client().stack(),
                ResolverConfig.of(List.of(NameServer.at(network.server().address())))
                        .withHosts(hosts));
        server.resolver(resolver);
    }

    @AfterEach
    void noResolver() {
        resolver.close();
    }

    private void request(String name) {
        final byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        final MemorySegment request = program.request(Protocol.RESOLVE, 0);
        Protocol.u16(request, Protocol.REQUEST_LENGTH, octets.length);
        MemorySegment.copy(octets, 0, request, ValueLayout.JAVA_BYTE, Protocol.REQUEST_SIZE, octets.length);
    }

    private int resolves(String name) {
        request(name);
        return program.ask();
    }

    private int result() {
        return Protocol.i32(program.reply(), Protocol.REPLY_RESULT);
    }

    @Test
    void aNameHasItsAddresses() {
        assertEquals(0, resolves("Printer"));
        assertEquals(0, result());
        assertEquals(8, program.value().byteSize());
        assertEquals(KNOWN, Protocol.address(program.value(), 0));
        assertEquals(KNOWN + 1, Protocol.address(program.value(), 4));
    }

    @Test
    void anAddressHasItsName() {
        Protocol.address(program.request(Protocol.REVERSE, 0), Protocol.REQUEST_ADDRESS, KNOWN);
        assertEquals(0, program.ask());
        assertEquals(
                "printer.weir.test",
                new String(program.value().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsNotThereAndWhatNobodyTellsAreToldApart() {
        assertEquals(0, resolves("no.invalid"));
        assertEquals(EAI_NONAME, result());
        assertEquals(0, resolves("www.weir.test"));
        assertEquals(EAI_AGAIN, result());
        assertEquals(0, program.value().byteSize());
    }

    @Test
    void withoutANameServerTheyAskElsewhere() {
        resolver.servers(List.of());
        assertEquals(Protocol.ELSEWHERE, resolves("printer"));
        server.resolver(null);
        assertEquals(Protocol.ELSEWHERE, resolves("printer"));
        program.request(Protocol.REVERSE, 0);
        assertEquals(Protocol.ELSEWHERE, program.ask());
    }

    @Test
    void whoAsksForMoreBeforeTheAnswerIsExpelled() {
        request("www.weir.test");
        program.send(Protocol.REQUEST_SIZE + "www.weir.test".length());
        turn();
        program.request(Protocol.INTERFACES, 0);
        program.send(Protocol.REQUEST_SIZE);
        until(() -> server.expulsions() == 1);
        assertEquals(0, server.programs());
    }

    @Test
    void whoLeavesBeforeTheAnswerMissesNothingAndTheNextIsNotToldIt() {
        request("www.weir.test");
        program.send(Protocol.REQUEST_SIZE + "www.weir.test".length());
        turn();
        program.close();
        until(() -> server.programs() == 0);
        program = new Program(path, this::turn);
        final Program.End end = program.socket(Sockets.SOCK_DGRAM, 0);
        until(() -> resolver.waiting() == 0);
        assertEquals(0, program.answers());
        program.close(end);
        assertTrue(resolver.timeouts() + resolver.asked() > 0);
    }
}
