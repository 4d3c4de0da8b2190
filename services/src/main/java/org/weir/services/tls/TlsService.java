package org.weir.services.tls;

import java.security.GeneralSecurityException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/// What the connections of a TLS server share: its keys, the sessions that clients may resume, and where handshakes
/// compute.
///
/// TLS 1.3 and 1.2, with suites that have forward secrecy and authenticated encryption only, the server's choice of
/// them; ALPN `http/1.1`. Sessions are resumed for an hour, by tickets that the server keeps nothing for.
///
/// A signature and a key exchange take longer than most polls of a stack, so that they run elsewhere: in
/// `workers`, and what follows from them in the stack's owner again.
public final class TlsService {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    };
    private static final String[] APPLICATION_PROTOCOLS = {"http/1.1"};
    private static final int SESSION_SECONDS = 3_600;
    private static final int MOST_SESSIONS = 4_096;

    private final SSLContext context;
    private final Executor workers;
    private final Executor owner;

    /// @param workers runs what takes a while, in other threads or at once
    /// @param owner runs what it is given in the thread that owns the stack; may refuse when the stack has ended
    public TlsService(TlsKeys keys, Executor workers, Executor owner) {
        this.workers = workers;
        this.owner = owner;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new NamedKeys(keys.keys())}, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
        context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
        context.getServerSessionContext().setSessionCacheSize(MOST_SESSIONS);
    }

    /// An engine for one more client, which expects its first message.
    public SSLEngine engine() {
        final SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        final SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(SUITES);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
        engine.setSSLParameters(parameters);
        try {
            engine.beginHandshake();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK cannot do what was asked of it", e);
        }
        return engine;
    }

    /// Runs `work` elsewhere, and then `after` in the thread of the owner. Both may have happened on return.
    public void run(Runnable work, Runnable after) {
        workers.execute(() -> {
            try {
                work.run();
            } finally {
                handBack(after);
            }
        });
    }

    private void handBack(Runnable after) {
        try {
            owner.execute(after);
        } catch (RejectedExecutionException _) {
            // The stack has ended, and the connection with it.
        }
    }
}
