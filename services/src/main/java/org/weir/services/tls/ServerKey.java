package org.weir.services.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// A server's private key, and the certificates that say whose it is.
///
/// @param key fits the first certificate
/// @param chain from the server's own on
/// @param names that the certificate is for, in lower case; `*.` begins one that stands for many
record ServerKey(PrivateKey key, List<X509Certificate> chain, List<String> names) {
    private static final int DNS_NAME = 2;
    private static final byte[] SAMPLE = {1, 2, 3};

    /// @throws GeneralSecurityException if the key is not that of the first certificate, or nobody can use it
    static ServerKey of(PrivateKey key, List<X509Certificate> chain) throws GeneralSecurityException {
        final X509Certificate own = chain.getFirst();
        if (!isPair(key, own.getPublicKey())) {
            throw new GeneralSecurityException(
                    "the key is not that of the certificate for " + own.getSubjectX500Principal());
        }
        return new ServerKey(key, List.copyOf(chain), namesOf(own));
    }

    private static boolean isPair(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        final String algorithm = signature(key.getAlgorithm());
        if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        final Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(SAMPLE);
        final byte[] signed = signer.sign();
        final Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certified);
        verifier.update(SAMPLE);
        return verifier.verify(signed);
    }

    private static String signature(String keyAlgorithm) throws GeneralSecurityException {
        return switch (keyAlgorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case "EdDSA" -> "EdDSA";
            default -> throw new GeneralSecurityException("keys of the kind " + keyAlgorithm + " do not serve TLS");
        };
    }

    private static List<String> namesOf(X509Certificate certificate) throws GeneralSecurityException {
        final List<String> names = new ArrayList<>();
        final Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        if (all != null) {
            for (final List<?> each : all) {
                if (each.get(0) instanceof Integer type && type == DNS_NAME && each.get(1) instanceof String name) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }

    /// RFC 6125 section 6.4: `*` stands for one label.
    boolean isFor(String host) {
        final String name = host.toLowerCase(Locale.ROOT);
        final int dot = name.indexOf('.');
        return names.contains(name) || dot > 0 && names.contains("*" + name.substring(dot));
    }
}
