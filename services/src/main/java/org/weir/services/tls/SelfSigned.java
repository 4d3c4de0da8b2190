package org.weir.services.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.weir.wire.IpAddress;

/// Makes certificates that nobody but their own key vouches for, RFC 5280: a P-256 key, ECDSA with SHA-256. The JDK
/// makes keys and signatures, but has no interface for certificates.
final class SelfSigned {
    private static final Duration BEFORE = Duration.ofDays(1);
    private static final Duration VALIDITY = Duration.ofDays(365);
    private static final int SERIAL_BITS = 120;

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    /// Of GeneralName.
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;
    /// digitalSignature, the first of the named bits.
    private static final int DIGITAL_SIGNATURE = 0x80;

    private SelfSigned() {}

    /// A new key and its certificate.
    ///
    /// @param name the first of the host's names
    static ServerKey make(String name, List<IpAddress> addresses, Instant now) throws GeneralSecurityException {
        final SecureRandom random = new SecureRandom();
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        final KeyPair pair = generator.generateKeyPair();
        final byte[] algorithm = Der.sequence(Der.objectIdentifier(ECDSA_WITH_SHA256));
        final byte[] who = Der.sequence(Der.set(Der.sequence(Der.objectIdentifier(COMMON_NAME), Der.text(name))));
        final byte[] body = Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)), // Version 3.
                Der.integer(new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS)),
                algorithm,
                who,
                Der.sequence(Der.time(now.minus(BEFORE)), Der.time(now.plus(VALIDITY))),
                who,
                pair.getPublic().getEncoded(),
                Der.explicit(3, extensions(name, addresses)));
        final Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate(), random);
        signature.update(body);
        final byte[] certificate = Der.sequence(body, algorithm, Der.bitString(signature.sign()));
        return ServerKey.of(pair.getPrivate(), List.of(parse(certificate)));
    }

    private static byte[] extensions(String name, List<IpAddress> addresses) {
        return Der.sequence(
                extension(BASIC_CONSTRAINTS, Der.sequence()),
                extension(KEY_USAGE, Der.namedBits(7, DIGITAL_SIGNATURE)),
                extension(EXTENDED_KEY_USAGE, Der.sequence(Der.objectIdentifier(SERVER_AUTHENTICATION))),
                Der.sequence(Der.objectIdentifier(SUBJECT_ALTERNATIVE_NAME), Der.octetString(names(name, addresses))));
    }

    /// One that whoever does not know it must not ignore.
    private static byte[] extension(String identifier, byte[] value) {
        return Der.sequence(Der.objectIdentifier(identifier), Der.yes(), Der.octetString(value));
    }

    private static byte[] names(String name, List<IpAddress> addresses) {
        final List<byte[]> all = new ArrayList<>();
        all.add(Der.implicit(DNS_NAME, name.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        for (final IpAddress address : addresses) {
            all.add(Der.implicit(IP_ADDRESS, octets(address.ipv4())));
        }
        return Der.sequence(all.toArray(byte[][]::new));
    }

    private static byte[] octets(int ipv4) {
        return new byte[] {(byte) (ipv4 >>> 24), (byte) (ipv4 >>> 16), (byte) (ipv4 >>> 8), (byte) ipv4};
    }

    private static X509Certificate parse(byte[] certificate) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }
}
