package org.weir.cli.manage;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import jdk.net.ExtendedSocketOptions;
import org.weir.runtime.StackEndedException;

/// Answers the commands of this user about a running host, on a Unix stream socket that nobody else may use.
///
/// ```text
///   weir ss | --- request ---> | accept thread -> a virtual thread | -- call --> | the stack's thread
///           | <-- JSON rows -- |                                   | <---------- |
/// ```
///
/// The stack's thread does nothing for it while nobody asks, and never waits for a client: clients are served by other
/// threads, which call it for a little at a time. Clients are limited in number, requests in length, and each in how
/// long it may keep its thread waiting.
public final class ManageServer implements AutoCloseable {
    private static final int CLIENTS = 64;
    private static final int BACKLOG = 64;
    private static final String ROOT = "root";

    private final Path path;
    private final ServerSocketChannel listener;
    private final UserPrincipal user;
    private final Map<String, Question> questions;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = clock();

    private ManageServer(Path path, ServerSocketChannel listener, ManagedHost host) throws IOException {
        this.path = path;
        this.listener = listener;
        this.user = Files.getOwner(path);
        this.questions = Questions.of(host);
    }

    private static ScheduledExecutorService clock() {
        final ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("manage-clock").daemon().factory());
        made.setRemoveOnCancelPolicy(true);
        return made;
    }

    /// Listens on `path`, which is made and belongs to this host alone: whoever listened there before has gone.
    ///
    /// @throws IOException if that is not possible
    public static ManageServer listen(Path path, ManagedHost host) throws IOException {
        Files.deleteIfExists(path);
        final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(path), BACKLOG);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            final ManageServer made = new ManageServer(path, listener, host);
            Thread.ofPlatform().name("manage").daemon().start(made::accept);
            return made;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                admit(listener.accept());
            } catch (IOException _) {
                if (listener.isOpen()) {
                    pause(); // No file descriptors, most likely.
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        if (!isPermitted(channel)) {
            channel.close();
            return;
        }
        final Exchange exchange = new Exchange(channel, clock);
        final boolean isOneTooMany = open.size() >= CLIENTS;
        open.add(exchange);
        Thread.ofVirtual().name("manage-client").start(() -> serve(exchange, isOneTooMany));
    }

    /// The file's permissions say the same from the moment on that they are set.
    private boolean isPermitted(SocketChannel channel) throws IOException {
        final String peer =
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        return peer.equals(user.getName()) || peer.equals(ROOT);
    }

    private void serve(Exchange exchange, boolean isOneTooMany) {
        try {
            if (isOneTooMany) {
                exchange.refuse("there are " + CLIENTS + " other clients");
            } else {
                answer(exchange);
            }
        } catch (IOException _) {
            // The client has gone, or waits for nothing any more.
        } finally {
            open.remove(exchange);
            exchange.close();
        }
    }

    private void answer(Exchange exchange) throws IOException {
        try {
            final Request request = exchange.request();
            final Question question = questions.get(request.command());
            if (question == null) {
                throw new RequestException("this host knows no '" + request.command() + "'");
            }
            question.answer(request, exchange);
        } catch (RequestException e) {
            exchange.refuse(String.valueOf(e.getMessage()));
        } catch (StackEndedException _) {
            exchange.refuse("the host has ended");
        }
    }

    /// The socket.
    public Path path() {
        return path;
    }

    /// Ends all connections and removes the socket.
    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(Exchange::close);
        clock.shutdownNow();
        Files.deleteIfExists(path);
    }
}
