package org.weir.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.memory.MemoryPlan;
import org.weir.services.http.HttpConfig;
import org.weir.services.http.HttpServer;
import org.weir.services.http.HttpSite;
import org.weir.services.http.StaticFiles;
import org.weir.services.http.StatusPage;
import org.weir.services.tls.TlsService;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;

/// Starts HTTP and HTTPS on a stack.
final class WebServices {
    private static final int IDLE_SECONDS = 10;

    private final Stack stack;
    private final IpAddress local;
    private final MemoryPlan plan;
    private final boolean byReference;

    /// @param local the address to serve on
    /// @param plan for the page about the host
    /// @param byReference the stack does not read what it sends
    WebServices(Stack stack, IpAddress local, MemoryPlan plan, boolean byReference) {
        this.byReference = byReference;
        this.stack = stack;
        this.local = local;
        this.plan = plan;
    }

    /// @param addresses for the certificate, if one is made
    /// @param owner runs what it is given in the thread that owns the stack
    /// @throws IOException if a directory or a key cannot be read
    void start(WebSpec web, long epochOffsetNs, List<IpAddress> addresses, Executor owner) throws IOException {
        final HttpConfig config = web.config(epochOffsetNs);
        final HttpSite site = web.http() == null ? null : site(web.http());
        if (web.http() != null && site != null) {
            HttpServer.start(stack, local, web.http().port(), config, site);
        }
        if (web.https() != null) {
            final TlsService tls = new TlsService(TlsSpec.keys(web.keys(), addresses), workers(), owner);
            HttpServer.startTls(stack, local, web.https().port(), config, siteOf(web.https(), web.http(), site), tls);
        }
    }

    /// The files of one directory are mapped once.
    private HttpSite siteOf(HttpSpec https, @Nullable HttpSpec http, @Nullable HttpSite ofHttp) throws IOException {
        final boolean isSame =
                http != null && https.directory() != null && https.directory().equals(http.directory());
        return isSame && ofHttp != null ? ofHttp : site(https);
    }

    private HttpSite site(HttpSpec of) throws IOException {
        if (of.directory() == null) {
            return new StatusPage(stack, plan);
        }
        return byReference ? StaticFiles.of(of.directory()) : StaticFiles.copying(of.directory());
    }

    /// For handshakes: threads that end when there are none. A connection waits here with one task; what waits for
    /// one that has gone is passed over.
    private static Executor workers() {
        final int threads = Runtime.getRuntime().availableProcessors();
        final ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("weir-tls-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
