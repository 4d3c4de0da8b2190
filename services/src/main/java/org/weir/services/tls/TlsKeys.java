package org.weir.services.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.weir.wire.IpAddress;

/// The keys of a TLS server. Several are told apart by the names in their certificates (SNI); the first one is for
/// clients that ask for none of them.
public final class TlsKeys {
    private final List<ServerKey> keys;

    private TlsKeys(List<ServerKey> keys) {
        this.keys = keys;
    }

    /// A PEM file with a certificate and those that vouch for it, and one with the certificate's key (PKCS#8, not
    /// encrypted), or the same file again.
    ///
    /// @throws IOException if they cannot be used; the message says why and what to do
    public static TlsKeys pem(Path certificates, Path key) throws IOException {
        return new TlsKeys(List.of(KeyFile.pem(certificates, key)));
    }

    /// The first key of a PKCS#12 file.
    ///
    /// @throws IOException as above
    public static TlsKeys pkcs12(Path file, char[] password) throws IOException {
        return new TlsKeys(List.of(KeyFile.pkcs12(file, password)));
    }

    /// True if a file is for [#pkcs12] rather than for [#pem].
    ///
    /// @throws IOException if it cannot be read
    public static boolean isPkcs12(Path file) throws IOException {
        return KeyFile.isPkcs12(file);
    }

    /// A new key, with a certificate that nobody vouches for: for tests and laboratories.
    public static TlsKeys selfSigned(String name, List<IpAddress> addresses) {
        try {
            return new TlsKeys(List.of(SelfSigned.make(name, addresses, Instant.now())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot make P-256 keys", e);
        }
    }

    /// These keys and, behind them, `more`.
    public TlsKeys and(TlsKeys more) {
        final List<ServerKey> all = new ArrayList<>(keys);
        all.addAll(more.keys);
        return new TlsKeys(all);
    }

    List<ServerKey> keys() {
        return keys;
    }
}
