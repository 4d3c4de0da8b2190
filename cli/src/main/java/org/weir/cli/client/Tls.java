package org.weir.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS over streams of a stack, by the JDK.
final class Tls {
    private final SSLContext context;
    private final boolean checksName;

    private Tls(SSLContext context, boolean checksName) {
        this.context = context;
        this.checksName = checksName;
    }

    /// Trusts what the JDK trusts, or the certificates of a PEM file alone.
    ///
    /// @throws IOException if that cannot be read
    static Tls trusting(@Nullable Path authorities) throws IOException {
        try {
            final TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities == null ? null : keyStore(authorities));
            return new Tls(context(factory.getTrustManagers()), true);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read certificates: " + e.getMessage(), e);
        }
    }

    /// Trusts anybody.
    static Tls trustingAnybody() throws IOException {
        try {
            return new Tls(context(new TrustManager[] {new Anybody()}), false);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(TrustManager[] trust) throws GeneralSecurityException {
        final SSLContext made = SSLContext.getInstance("TLS");
        made.init(null, trust, new SecureRandom());
        return made;
    }

    private static KeyStore keyStore(Path authorities) throws IOException, GeneralSecurityException {
        final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        try (InputStream file = Files.newInputStream(authorities)) {
            for (final Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("authority " + number++, each);
            }
        }
        if (number == 0) {
            throw new IOException(authorities + " has no certificates");
        }
        return store;
    }

    /// Lays TLS over `below`, which is closed with the result, and shakes hands with `host`.
    ///
    /// @throws IOException if that fails, or the host is not trusted
    SSLSocket over(Socket below, String host, int port) throws IOException {
        final SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, host, port, true);
        final SSLParameters parameters = socket.getSSLParameters();
        if (checksName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /// For `--insecure`, which says so.
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Anybody.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Anybody.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Anybody.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
