package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A JVM whose provider is Weir's, by the system property alone.
@Timeout(60)
final class SystemProviderTest {
    /// What that JVM runs: it knows nothing of Weir.
    static final class Program {
        private Program() {}

        static void main() throws Exception {
            try (Selector selector = Selector.open();
                    ServerSocketChannel server = ServerSocketChannel.open();
                    SocketChannel client = SocketChannel.open()) {
                server.bind(World.anyPort());
                server.configureBlocking(false);
                server.register(selector, SelectionKey.OP_ACCEPT);
                client.connect(server.getLocalAddress());
                selector.select();
                try (SocketChannel accepted = Objects.requireNonNull(server.accept())) {
                    accepted.write(World.octets("hello"));
                }
                final ByteBuffer buffer = ByteBuffer.allocate(10);
                while (client.read(buffer) >= 0) {
                    assert client.isOpen();
                }
                System.out.println(client.provider().getClass().getName() + " " + World.text(buffer));
            }
        }
    }

    @Test
    void openMakesChannelsOfWeirAndTheJvmEndsByItself() throws Exception {
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.nio.channels.spi.SelectorProvider=org.weir.jdk.WeirSelectorProvider",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals("org.weir.jdk.WeirSelectorProvider hello", output.strip());
    }
}
