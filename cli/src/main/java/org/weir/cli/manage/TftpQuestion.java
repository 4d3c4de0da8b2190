package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weir.services.tftp.FileSink;
import org.weir.services.tftp.TftpClient;
import org.weir.services.tftp.TftpError;
import org.weir.services.tftp.TftpListener;
import org.weir.services.tftp.TftpOptions;
import org.weir.services.tftp.TftpTransfer;
import org.weir.wire.IpAddress;

/// Gets a file from a TFTP server, or puts one there. The host reads and writes the file itself: it belongs to the same
/// user. A row now and then says how far it is; a client that goes ends the transfer.
final class TftpQuestion implements Question {
    private static final int LAST_PORT = 0xFFFF;
    private static final int LARGEST_BLOCK = 65_464;
    private static final int LONGEST_TIMEOUT_S = 255;
    private static final long LOOK_MS = 200;

    private final ManagedHost host;

    TftpQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final CompletableFuture<String> end = new CompletableFuture<>();
        final TftpTransfer transfer = begin(request, new Ending(end));
        final Thread client = Thread.ofVirtual().start(() -> awaitEnd(exchange));
        try {
            while (!end.isDone() && client.isAlive()) {
                awaitAWhile(end);
                tell(transfer, exchange);
            }
        } finally {
            host.ask(_ -> {
                transfer.cancel();
                return true;
            });
        }
        final String failure = end.join();
        if (!failure.isEmpty()) {
            throw new RequestException(failure);
        }
        tell(transfer, exchange);
        exchange.end();
    }

    private TftpTransfer begin(Request request, TftpListener listener) throws RequestException {
        final String remote = request.text("file");
        final TftpOptions options = options(request);
        final IpAddress address = request.address("server");
        final int port = (int) request.number("port", 1, LAST_PORT, TftpClient.PORT);
        try {
            final Path local = Path.of(request.text("path"));
            if (request.flag("put")) {
                final MemorySegment content = content(local);
                return host.ask(stack -> new TftpClient(stack, address, port).put(remote, options, content, listener));
            }
            final FileSink sink = FileSink.replacing(local);
            try {
                return host.ask(stack -> new TftpClient(stack, address, port).get(remote, options, sink, listener));
            } catch (RuntimeException e) {
                sink.abort();
                throw e;
            }
        } catch (IOException | InvalidPathException e) {
            throw new RequestException("cannot open " + request.text("path") + ": " + e.getMessage());
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
    }

    private static TftpOptions options(Request request) throws RequestException {
        return TftpOptions.NONE
                .withBlockSize((int) request.number("block_size", 8, LARGEST_BLOCK, 512))
                .withWindowSize((int) request.number("window_size", 1, 0xFFFF, 1))
                .withTimeout((int) request.number("timeout", 0, LONGEST_TIMEOUT_S, 0))
                .withTransferSize(0);
    }

    private static MemorySegment content(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    private static void awaitAWhile(CompletableFuture<String> end) {
        try {
            end.get(LOOK_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // It goes on.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(TftpTransfer transfer, Exchange exchange) throws IOException {
        final JsonObject row = new JsonObject();
        final long octets = host.ask(_ -> transfer.octets());
        row.addProperty("octets", octets);
        exchange.line(row);
        exchange.flush();
    }

    private static void awaitEnd(Exchange exchange) {
        try {
            exchange.input().transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // The client has gone.
        }
    }

    /// Says how it ended: empty, or why it failed.
    private record Ending(CompletableFuture<String> end) implements TftpListener {
        @Override
        public void completed(TftpTransfer transfer) {
            end.complete("");
        }

        @Override
        public void failed(TftpTransfer transfer, TftpError error, String message) {
            end.complete(message.isEmpty() ? error.sentence() : message);
        }
    }
}
