package org.weir.esp;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import org.weir.base.Entropy;

/// Protects packets with one key, in the array that they lie in, and takes the protection off. What lies in front of
/// the text is the ESP header and the IV; what comes behind it is the ICV.
///
/// The JCA makes objects for each packet: the parameters with their nonce, and some of its own.
abstract class EspTransform {
    final EspSuite suite;
    /// Where the text begins.
    final int textAt;

    EspTransform(EspSuite suite) {
        this.suite = suite;
        this.textAt = EspHeader.LENGTH + suite.ivOctets();
    }

    /// @param key as many octets as [EspSuite#keyOctets]; not kept
    static EspTransform of(EspSuite suite, byte[] key, Entropy entropy) throws GeneralSecurityException {
        return suite.kind() == EspSuite.Kind.CBC ? new Cbc(suite, key, entropy) : new Aead(suite, key, entropy);
    }

    /// Writes an IV, encrypts `length` octets of text and adds the ICV. Returns octets of the whole packet.
    abstract int seal(byte[] packet, int length) throws GeneralSecurityException;

    /// Checks the ICV of a packet of `length` octets and decrypts it. Returns octets of text; -1 if it is a
    /// forgery.
    abstract int open(byte[] packet, int length) throws GeneralSecurityException;

    /// Overwrites the keys.
    abstract void wipe();

    /// Octets of text in a packet of `length` octets; -1 if it cannot be one.
    final int textLength(int length) {
        final int text = length - textAt - suite.icvOctets();
        return text >= EspHeader.TRAILER && text % suite.blockOctets() == 0 ? text : -1;
    }

    /// Expands a key of zeros in place of the one that the cipher was used with.
    private static void forget(Cipher cipher, String algorithm, int octets, AlgorithmParameterSpec parameters) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, new KeyMaterial(algorithm, new byte[octets], 0, octets), parameters);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("the JCA takes no key of zeros", e);
        }
    }

    /// RFC 4106, RFC 4543 and RFC 7634. The nonce is the salt and the IV, which counts, and never comes twice with
    /// one key. It begins at a random number, for a key that a user gives to two runs of a host.
    private static final class Aead extends EspTransform {
        private static final int ICV_BITS = 128;

        private final Cipher cipher;
        private final KeyMaterial key;
        private final byte[] nonce = new byte[EspSuite.SALT + Long.BYTES];
        private final int nonceAt;
        private final int encryptedAt;
        private final String algorithm;
        private long iv;

        Aead(EspSuite suite, byte[] material, Entropy entropy) throws GeneralSecurityException {
            super(suite);
            final boolean isChaCha = suite.kind() == EspSuite.Kind.CHACHA;
            algorithm = isChaCha ? "ChaCha20" : "AES";
            cipher = Cipher.getInstance(isChaCha ? "ChaCha20-Poly1305" : "AES/GCM/NoPadding");
            key = new KeyMaterial(algorithm, material, 0, suite.cipherKeyOctets());
            System.arraycopy(material, suite.cipherKeyOctets(), nonce, 0, EspSuite.SALT);
            nonceAt = EspHeader.LENGTH;
            // RFC 4543 section 3.3: the IV and the text are authenticated, nothing is encrypted.
            encryptedAt = suite.kind() == EspSuite.Kind.GMAC ? Integer.MAX_VALUE : textAt;
            iv = entropy.next();
        }

        private void begin(int mode, byte[] packet, int end) throws GeneralSecurityException {
            System.arraycopy(packet, nonceAt, nonce, EspSuite.SALT, Long.BYTES);
            try {
                cipher.init(mode, (Key) key, parameters());
            } catch (InvalidKeyException | InvalidAlgorithmParameterException _) {
                // The JDK's ChaCha20 takes no nonce twice in turn, not even to decrypt; and a forged packet may have
                // had
                // this one. The nonce of none comes between.
                forget(cipher, algorithm, suite.cipherKeyOctets(), parameters());
                cipher.init(mode, (Key) key, parameters());
            }
            cipher.updateAAD(packet, 0, encryptedAt < end ? EspHeader.LENGTH : end);
        }

        private AlgorithmParameterSpec parameters() {
            return suite.kind() == EspSuite.Kind.CHACHA
                    ? new IvParameterSpec(nonce)
                    : new GCMParameterSpec(ICV_BITS, nonce);
        }

        @Override
        int seal(byte[] packet, int length) throws GeneralSecurityException {
            EspHeader.writeLong(packet, nonceAt, iv++);
            final int end = textAt + length;
            begin(Cipher.ENCRYPT_MODE, packet, end);
            final int from = Math.min(encryptedAt, end);
            cipher.doFinal(packet, from, end - from, packet, from);
            return end + suite.icvOctets();
        }

        @Override
        int open(byte[] packet, int length) throws GeneralSecurityException {
            final int text = textLength(length);
            final int end = textAt + text;
            begin(Cipher.DECRYPT_MODE, packet, end);
            final int from = Math.min(encryptedAt, end);
            try {
                cipher.doFinal(packet, from, length - from, packet, from);
            } catch (AEADBadTagException _) {
                return -1;
            }
            return text;
        }

        @Override
        void wipe() {
            key.destroy();
            Arrays.fill(nonce, (byte) 0);
            forget(cipher, algorithm, suite.cipherKeyOctets(), parameters());
        }
    }

    /// RFC 3602 with an HMAC: encrypted first, and the ICV covers what is sent. The IV is secret random bits.
    private static final class Cbc extends EspTransform {
        private final Cipher cipher;
        private final Mac mac;
        private final KeyMaterial key;
        private final KeyMaterial macKey;
        private final Entropy entropy;
        private final byte[] icv;

        Cbc(EspSuite suite, byte[] material, Entropy entropy) throws GeneralSecurityException {
            super(suite);
            this.entropy = entropy;
            final String hmac = suite.hash().algorithm;
            cipher = Cipher.getInstance("AES/CBC/NoPadding");
            mac = Mac.getInstance(hmac);
            key = new KeyMaterial("AES", material, 0, suite.cipherKeyOctets());
            macKey = new KeyMaterial(hmac, material, suite.cipherKeyOctets(), suite.hash().keyOctets);
            mac.init(macKey);
            icv = new byte[mac.getMacLength()];
        }

        private void begin(int mode, byte[] packet) throws GeneralSecurityException {
            cipher.init(mode, key, new IvParameterSpec(packet, EspHeader.LENGTH, suite.ivOctets()));
        }

        @Override
        int seal(byte[] packet, int length) throws GeneralSecurityException {
            EspHeader.writeLong(packet, EspHeader.LENGTH, entropy.next());
            EspHeader.writeLong(packet, EspHeader.LENGTH + Long.BYTES, entropy.next());
            begin(Cipher.ENCRYPT_MODE, packet);
            cipher.doFinal(packet, textAt, length, packet, textAt);
            final int end = textAt + length;
            computeIcv(packet, end);
            System.arraycopy(icv, 0, packet, end, suite.icvOctets());
            return end + suite.icvOctets();
        }

        private void computeIcv(byte[] packet, int end) throws ShortBufferException {
            mac.update(packet, 0, end);
            mac.doFinal(icv, 0);
        }

        @Override
        int open(byte[] packet, int length) throws GeneralSecurityException {
            final int text = textLength(length);
            final int end = textAt + text;
            computeIcv(packet, end);
            int differences = 0;
            // Each octet, so that the time tells nothing of where they differ.
            for (int i = 0; i < suite.icvOctets(); i++) {
                differences |= icv[i] ^ packet[end + i];
            }
            if (differences != 0) {
                return -1;
            }
            begin(Cipher.DECRYPT_MODE, packet);
            cipher.doFinal(packet, textAt, text, packet, textAt);
            return text;
        }

        @Override
        void wipe() {
            key.destroy();
            macKey.destroy();
            Arrays.fill(icv, (byte) 0);
            forget(cipher, "AES", suite.cipherKeyOctets(), new IvParameterSpec(new byte[suite.ivOctets()]));
            try {
                final int octets = suite.hash().keyOctets;
                mac.init(new KeyMaterial(suite.hash().algorithm, new byte[octets], 0, octets));
            } catch (GeneralSecurityException e) {
                throw new AssertionError("the JCA takes no key of zeros", e);
            }
        }
    }
}
