package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.weir.services.TestClient;

/// A client that speaks TLS by the JDK's engine over a [TestClient], and trusts everybody.
final class TlsTestClient {
    private static final int BUFFER = 40_000;
    private static final long PAUSE_NS = 100_000_000;
    private static final int MOST_ROUNDS = 200;

    private final TestClient tcp;
    private final SSLEngine engine;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private byte[] unread = {};
    private boolean sawEnd;

    private TlsTestClient(TestClient tcp, SSLEngine engine) {
        this.tcp = tcp;
        this.engine = engine;
    }

    /// Trusts everybody.
    static SSLContext context() throws GeneralSecurityException {
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        return context;
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /// @param protocol `TLSv1.2` or `TLSv1.3`
    /// @param name asked for
    static TlsTestClient on(TestClient tcp, SSLContext context, String protocol, String name, String... applications) {
        final SSLEngine engine = context.createSSLEngine("weir", 443);
        engine.setUseClientMode(true);
        final SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(applications);
        engine.setSSLParameters(parameters);
        return new TlsTestClient(tcp, engine);
    }

    TestClient tcp() {
        return tcp;
    }

    SSLEngine engine() {
        return engine;
    }

    SSLSession session() {
        return engine.getSession();
    }

    /// The subject of the server's certificate.
    String server() throws SSLPeerUnverifiedException {
        return ((X509Certificate) session().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    TlsTestClient shakesHands() throws SSLException {
        engine.beginHandshake();
        for (int i = 0; i < MOST_ROUNDS && !isDone() && !tcp.isOver(); i++) {
            step();
        }
        return this;
    }

    private boolean isDone() {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private void step() throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> tcp.sends(wrapped(new byte[0]));
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {
                tcp.waits(PAUSE_NS);
                unwrap();
            }
        }
    }

    /// Records with `octets` in them.
    byte[] wrapped(byte[] octets) throws SSLException {
        final ByteBuffer source = ByteBuffer.wrap(octets);
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        do {
            final ByteBuffer record = ByteBuffer.allocate(BUFFER);
            final SSLEngineResult result = engine.wrap(source, record);
            if (result.bytesConsumed() + result.bytesProduced() == 0 && source.hasRemaining()) {
                throw new SSLException("nothing can be sent: " + result);
            }
            all.write(record.array(), 0, record.position());
        } while (source.hasRemaining());
        return all.toByteArray();
    }

    TlsTestClient sends(String words) throws SSLException {
        tcp.sends(wrapped(words.getBytes(ISO_8859_1)));
        return this;
    }

    /// Reads for a while.
    TlsTestClient waits(long ns) throws SSLException {
        tcp.waits(ns);
        unwrap();
        return this;
    }

    TlsTestClient waitsForTheEnd(long ns) throws SSLException {
        tcp.waitsForTheEnd(ns);
        unwrap();
        return this;
    }

    private void unwrap() throws SSLException {
        final byte[] more = tcp.received();
        tcp.newText();
        final byte[] all = Arrays.copyOf(unread, unread.length + more.length);
        System.arraycopy(more, 0, all, unread.length, more.length);
        final ByteBuffer source = ByteBuffer.wrap(all);
        boolean goesOn = true;
        while (goesOn && source.hasRemaining()) {
            final ByteBuffer target = ByteBuffer.allocate(BUFFER);
            final SSLEngineResult result = engine.unwrap(source, target);
            text.write(target.array(), 0, target.position());
            sawEnd |= result.getStatus() == SSLEngineResult.Status.CLOSED;
            goesOn = result.getStatus() == SSLEngineResult.Status.OK && result.bytesConsumed() > 0;
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            }
        }
        unread = Arrays.copyOfRange(all, source.position(), all.length);
    }

    String text() {
        return text.toString(ISO_8859_1);
    }

    /// The server has said that it ends, and not only TCP.
    boolean sawCloseNotify() {
        return sawEnd;
    }
}
