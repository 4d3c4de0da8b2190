package org.weir.services.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weir.wire.IpAddress;

final class TlsKeysTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    private Path directory;

    private final ServerKey own = made("weir.test");
    private final ServerKey other = made("*.other.test");
    private Path certificates;
    private Path key;

    private static ServerKey made(String name) {
        return TlsKeys.selfSigned(name, List.of(IpAddress.parse("10.10.10.2")))
                .keys()
                .getFirst();
    }

    private static String pem(String what, byte[] octets) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets)
                + "\n-----END " + what + "-----\n";
    }

    private static String certificate(ServerKey of) throws Exception {
        return pem("CERTIFICATE", of.chain().getFirst().getEncoded());
    }

    private static String key(ServerKey of) {
        return pem("PRIVATE KEY", of.key().getEncoded());
    }

    @BeforeEach
    void writes() throws Exception {
        certificates = write("cert.pem", "words\n" + certificate(own) + "more\n" + certificate(other));
        key = write("key.pem", key(own));
    }

    private Path write(String name, String text) throws IOException {
        return Files.write(directory.resolve(name), text.getBytes(US_ASCII));
    }

    private static ServerKey only(TlsKeys keys) {
        assertEquals(1, keys.keys().size());
        return keys.keys().getFirst();
    }

    @Test
    void aMadeCertificateIsWhatItSays() throws Exception {
        final X509Certificate certificate = own.chain().getFirst();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals("CN=weir.test", certificate.getSubjectX500Principal().getName());
        assertEquals(
                List.of(List.of(2, "weir.test"), List.of(7, "10.10.10.2")),
                List.copyOf(certificate.getSubjectAlternativeNames()));
        assertEquals(-1, certificate.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
    }

    @Test
    void pemIsRead() throws Exception {
        final ServerKey read = only(TlsKeys.pem(certificates, key));
        assertEquals(own.key(), read.key());
        assertEquals(List.of(own.chain().getFirst(), other.chain().getFirst()), read.chain());
    }

    @Test
    void oneFileMayHoldBoth() throws Exception {
        final Path both = write("both.pem", key(own) + certificate(own));
        assertEquals(own.chain(), only(TlsKeys.pem(both, both)).chain());
        assertFalse(TlsKeys.isPkcs12(both));
    }

    private Path pkcs12() throws Exception {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("weir", own.key(), PASSWORD, own.chain().toArray(X509Certificate[]::new));
        final Path file = directory.resolve("key.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        return file;
    }

    @Test
    void pkcs12IsRead() throws Exception {
        final Path file = pkcs12();
        assertTrue(TlsKeys.isPkcs12(file));
        assertEquals(own.key(), only(TlsKeys.pkcs12(file, PASSWORD)).key());
    }

    private static void says(String message, ThrowingPem pem) {
        final IOException e = assertThrows(IOException.class, pem::read);
        assertEquals(message, e.getMessage());
    }

    @FunctionalInterface
    private interface ThrowingPem {
        void read() throws IOException;
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        final Path none = directory.resolve("none");
        says("there is no file " + none, () -> TlsKeys.pem(none, key));
        says(
                "there is no certificate in " + key + ": it should have a line -----BEGIN CERTIFICATE-----",
                () -> TlsKeys.pem(key, key));
        says(
                "there is no private key in " + certificates + ": it should have a line -----BEGIN PRIVATE KEY-----",
                () -> TlsKeys.pem(certificates, certificates));
        final Path wrong = write("wrong.pem", key(other));
        says(
                "cannot use the key in " + wrong + ": the key is not that of the certificate for CN=weir.test",
                () -> TlsKeys.pem(certificates, wrong));
        final Path old = write("old.pem", pem("RSA PRIVATE KEY", new byte[10]));
        says(
                "there is no private key in " + old + ": it has an older format; 'openssl pkcs8 -topk8 -nocrypt -in "
                        + old + "' converts it",
                () -> TlsKeys.pem(certificates, old));
        final Path encrypted = write("encrypted.pem", pem("ENCRYPTED PRIVATE KEY", new byte[10]));
        says(
                "there is no private key in " + encrypted + ": it is encrypted; 'openssl pkcs8 -in " + encrypted
                        + "' decrypts it",
                () -> TlsKeys.pem(certificates, encrypted));
        final Path damaged = write("damaged.pem", pem("PRIVATE KEY", new byte[10]));
        says(
                "the private key in " + damaged + " is damaged, or neither EC nor RSA nor EdDSA",
                () -> TlsKeys.pem(certificates, damaged));
        final Path store = pkcs12();
        says(
                "cannot read the PKCS#12 file " + store + ": the password is wrong, or missing",
                () -> TlsKeys.pkcs12(store, "other".toCharArray()));
    }

    @Test
    void namesMayStandForMany() {
        assertTrue(own.isFor("Weir.Test"));
        assertFalse(own.isFor("a.weir.test"));
        assertTrue(other.isFor("a.other.test"));
        assertFalse(other.isFor("other.test"));
        assertFalse(other.isFor("a.b.other.test"));
    }
}
