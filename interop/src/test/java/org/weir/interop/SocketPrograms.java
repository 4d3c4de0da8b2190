package org.weir.interop;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/// Programs of the time before channels: `serve` echoes, a thread for each connection, `fetch URL FILE` reads a URL and
/// `self` talks to itself.
final class SocketPrograms {
    private static final int PORT = 7;
    private static final int OCTETS = 1_000_000;

    private SocketPrograms() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "serve" -> serve();
            case "fetch" -> fetch(URI.create(arguments[1]), Path.of(arguments[2]));
            case "self" -> talkToItself();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve() throws IOException {
        try (ServerSocket server = new ServerSocket(PORT)) {
            System.out.println("ready");
            while (true) {
                final Socket accepted = server.accept();
                Thread.ofVirtual().start(() -> echo(accepted));
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            System.err.println("an echo ended: " + e);
        }
    }

    private static void fetch(URI from, Path to) throws IOException {
        try (InputStream in = from.toURL().openStream()) {
            Files.copy(in, to);
        }
    }

    private static void talkToItself() throws Exception {
        try (ServerSocket server = new ServerSocket(0);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    echo(server.accept());
                } catch (IOException e) {
                    System.err.println("nobody came: " + e);
                }
            });
            client.setTcpNoDelay(true);
            client.setSoTimeout(20_000);
            Thread.ofVirtual().start(() -> {
                try {
                    client.getOutputStream().write(new byte[OCTETS]);
                    client.shutdownOutput();
                } catch (IOException e) {
                    System.err.println("cannot write: " + e);
                }
            });
            System.out.println(client.getInputStream().readAllBytes().length + " octets, "
                    + (client.getPort() == server.getLocalPort()));
        }
    }
}
