package org.weir.services.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads keys and certificates from files: PEM (RFC 7468) and PKCS#12 (RFC 7292). Every message names the file and says
/// what to do.
final class KeyFile {
    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";
    private static final String KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final String ENCRYPTED_KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private static final String[] OLD_KEYS = {"-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----"};
    private static final String[] ALGORITHMS = {"EC", "RSA", "EdDSA"};
    /// Larger files hold no key.
    private static final long LONGEST = 1 << 20;
    /// The tag of a DER sequence, which PKCS#12 begins with and PEM cannot.
    private static final int SEQUENCE = 0x30;

    private KeyFile() {}

    /// A PEM chain and its key, which may be in the same file.
    static ServerKey pem(Path certificates, Path key) throws IOException {
        final List<X509Certificate> chain = chain(certificates);
        final PrivateKey own = privateKey(key);
        try {
            return ServerKey.of(own, chain);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the key in " + key + ": " + e.getMessage(), e);
        }
    }

    /// True for a file that is PKCS#12 rather than PEM.
    static boolean isPkcs12(Path file) throws IOException {
        final byte[] octets = octets(file);
        return octets.length > 0 && octets[0] == SEQUENCE;
    }

    /// The first key of a PKCS#12 file.
    static ServerKey pkcs12(Path file, char[] password) throws IOException {
        final KeyStore store = open(file, password);
        try {
            for (final String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, password) instanceof PrivateKey key) {
                    final List<X509Certificate> chain = x509(store.getCertificateChain(alias));
                    if (chain.isEmpty()) {
                        throw new IOException("there is no certificate for the key in " + file);
                    }
                    return ServerKey.of(key, chain);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the key in " + file + ": " + e.getMessage(), e);
        }
        throw new IOException("there is no private key in " + file);
    }

    private static KeyStore open(Path file, char[] password) throws IOException {
        final byte[] octets = octets(file);
        try {
            final KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(octets), password);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            final boolean isPassword = e.getCause() instanceof GeneralSecurityException;
            throw new IOException(
                    "cannot read the PKCS#12 file " + file + ": "
                            + (isPassword ? "the password is wrong, or missing" : e.getMessage()),
                    e);
        }
    }

    private static List<X509Certificate> x509(Certificate @Nullable [] chain) {
        final List<X509Certificate> all = new ArrayList<>();
        if (chain == null) {
            return all;
        }
        for (final Certificate each : chain) {
            if (each instanceof X509Certificate certificate) {
                all.add(certificate);
            }
        }
        return all;
    }

    private static List<X509Certificate> chain(Path file) throws IOException {
        final String text = text(file);
        final int first = text.indexOf(CERTIFICATE);
        if (first < 0) {
            throw new IOException("there is no certificate in " + file + ": it should have a line " + CERTIFICATE);
        }
        final List<X509Certificate> all = new ArrayList<>();
        try {
            final CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (int at = first; at >= 0; at = text.indexOf(CERTIFICATE, at + 1)) {
                all.add((X509Certificate) factory.generateCertificate(
                        new ByteArrayInputStream(text.substring(at).getBytes(ISO_8859_1))));
            }
        } catch (CertificateException e) {
            throw new IOException(
                    "certificate " + (all.size() + 1) + " in " + file + " is damaged: " + e.getMessage(), e);
        }
        return all;
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        final String text = text(file);
        final int begin = text.indexOf(KEY);
        final int end = text.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new IOException("there is no private key in " + file + ": " + hint(text, file));
        }
        final byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(text.substring(begin + KEY.length(), end));
        } catch (IllegalArgumentException e) {
            throw new IOException("the private key in " + file + " is damaged: " + e.getMessage(), e);
        }
        for (final String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException _) {
                // Not of that kind.
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        throw new IOException("the private key in " + file + " is damaged, or neither EC nor RSA nor EdDSA");
    }

    private static String hint(String text, Path file) {
        if (text.contains(ENCRYPTED_KEY)) {
            return "it is encrypted; 'openssl pkcs8 -in " + file + "' decrypts it";
        }
        for (final String old : OLD_KEYS) {
            if (text.contains(old)) {
                return "it has an older format; 'openssl pkcs8 -topk8 -nocrypt -in " + file + "' converts it";
            }
        }
        return "it should have a line " + KEY;
    }

    private static String text(Path file) throws IOException {
        return new String(octets(file), ISO_8859_1);
    }

    private static byte[] octets(Path file) throws IOException {
        try {
            if (Files.size(file) > LONGEST) {
                throw new IOException(file + " is too long for a key or a certificate");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }
}
