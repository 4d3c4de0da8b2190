package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.weir.services.tftp.TftpClient;
import org.weir.services.tftp.TftpDirectory;
import org.weir.services.tftp.TftpError;
import org.weir.services.tftp.TftpLimits;
import org.weir.services.tftp.TftpListener;
import org.weir.services.tftp.TftpRefusal;
import org.weir.services.tftp.TftpServer;
import org.weir.services.tftp.TftpSink;
import org.weir.services.tftp.TftpStorage;
import org.weir.services.tftp.TftpTransfer;
import org.weir.wire.IpAddress;

/// Serves the files of a directory by TFTP until the client goes or says that it will ask nothing more: a row for each
/// request and each end of a transfer.
final class TftpServeQuestion implements Question {
    private static final int LAST_PORT = 0xFFFF;
    private static final long MOST_OCTETS = 1L << 30;
    /// Rows that wait for the client; more are left out, since the stack does not wait.
    private static final int ROWS = 1_024;
    private static final long LOOK_MS = 100;

    private final ManagedHost host;

    TftpServeQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final BlockingQueue<JsonObject> rows = new ArrayBlockingQueue<>(ROWS);
        final TftpStorage files = new Told(directory(request), rows);
        final int port = (int) request.number("port", 1, LAST_PORT, TftpClient.PORT);
        final TftpServer server;
        try {
            server = host.ask(
                    stack -> TftpServer.start(stack, IpAddress.ANY, port, files, TftpLimits.DEFAULTS, new Ends(rows)));
        } catch (IllegalStateException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
        try {
            exchange.begin(new JsonObject());
            pass(rows, exchange);
        } finally {
            host.ask(_ -> {
                server.close();
                return true;
            });
        }
    }

    private static TftpStorage directory(Request request) throws RequestException {
        final String path = request.text("directory");
        try {
            return request.flag("write")
                    ? TftpDirectory.writable(Path.of(path), MOST_OCTETS)
                    : TftpDirectory.readOnly(Path.of(path));
        } catch (IOException | InvalidPathException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
    }

    private static void pass(BlockingQueue<JsonObject> rows, Exchange exchange) throws IOException {
        final Thread client = Thread.ofVirtual().start(() -> awaitEnd(exchange));
        try {
            while (client.isAlive()) {
                final JsonObject row = rows.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (row != null) {
                    exchange.line(row);
                    exchange.flush();
                }
            }
            exchange.end();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitEnd(Exchange exchange) {
        try {
            exchange.input().transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // The client has gone.
        }
    }

    private static JsonObject row(String event, String name, String value) {
        final JsonObject row = new JsonObject();
        row.addProperty("event", event);
        row.addProperty(name, value);
        return row;
    }

    /// Files, and a row for each that is asked for.
    private record Told(TftpStorage files, BlockingQueue<JsonObject> rows) implements TftpStorage {
        @Override
        public MemorySegment open(String name) throws TftpRefusal {
            rows.offer(row("read", "file", name));
            return files.open(name);
        }

        @Override
        public TftpSink create(String name, long announced) throws TftpRefusal {
            rows.offer(row("write", "file", name));
            return files.create(name, announced);
        }
    }

    private record Ends(BlockingQueue<JsonObject> rows) implements TftpListener {
        @Override
        public void completed(TftpTransfer transfer) {
            rows.offer(row("completed", "octets", Long.toString(transfer.octets())));
        }

        @Override
        public void failed(TftpTransfer transfer, TftpError error, String message) {
            rows.offer(row("failed", "reason", message.isEmpty() ? error.sentence() : message));
        }
    }
}
