package org.weir.testkit;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.weir.esp.EspSuite;

/// ESP written down once more from the RFCs, for the other end of a test: arrays in, arrays out, no care for speed.
final class EspPeer {
    private final EspSuite suite;
    private final byte[] key;
    private final Random random = new Random(1);
    private final boolean isCbc;
    private final int ivLength;

    EspPeer(EspSuite suite, byte[] key) {
        this.suite = suite;
        this.key = key;
        this.isCbc = suite.name().contains("SHA");
        this.ivLength = isCbc ? 16 : 8;
    }

    /// A packet from its SPI on, with `payload` as next header `protocol`.
    byte[] seal(int spi, int sequence, int protocol, byte[] payload) {
        final int block = isCbc ? 16 : 4;
        final int padding = Math.floorMod(-(payload.length + 2), block);
        final ByteBuffer text =
                ByteBuffer.allocate(payload.length + padding + 2).put(payload);
        for (int i = 1; i <= padding; i++) {
            text.put((byte) i);
        }
        return sealText(
                spi, sequence, text.put((byte) padding).put((byte) protocol).array());
    }

    /// As above, with a trailer that the caller has made.
    byte[] sealText(int spi, int sequence, byte[] text) {
        final byte[] iv = new byte[ivLength];
        random.nextBytes(iv);
        final byte[] header =
                ByteBuffer.allocate(8).putInt(spi).putInt(sequence).array();
        try {
            if (isCbc) {
                final byte[] encrypted = cbc(Cipher.ENCRYPT_MODE, iv, text);
                return concat(header, iv, encrypted, icv(concat(header, iv, encrypted)));
            }
            return concat(header, iv, aead(Cipher.ENCRYPT_MODE, header, iv, text));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// What is in a packet: padding, pad length and next header are at its end. Fails if it is not genuine.
    byte[] open(byte[] packet) {
        final byte[] header = Arrays.copyOf(packet, 8);
        final byte[] iv = Arrays.copyOfRange(packet, 8, 8 + ivLength);
        final byte[] rest = Arrays.copyOfRange(packet, 8 + ivLength, packet.length);
        try {
            if (!isCbc) {
                return aead(Cipher.DECRYPT_MODE, header, iv, rest);
            }
            final int length = rest.length - icvLength();
            final byte[] encrypted = Arrays.copyOf(rest, length);
            if (!Arrays.equals(icv(concat(header, iv, encrypted)), Arrays.copyOfRange(rest, length, rest.length))) {
                throw new AssertionError("the ICV is wrong");
            }
            return cbc(Cipher.DECRYPT_MODE, iv, encrypted);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] aead(int mode, byte[] header, byte[] iv, byte[] octets) throws GeneralSecurityException {
        final boolean isChaCha = suite == EspSuite.CHACHA20POLY1305;
        final byte[] cipherKey = Arrays.copyOf(key, key.length - 4);
        final byte[] nonce = concat(Arrays.copyOfRange(key, key.length - 4, key.length), iv);
        final Cipher cipher = Cipher.getInstance(isChaCha ? "ChaCha20-Poly1305" : "AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(cipherKey, isChaCha ? "ChaCha20" : "AES"),
                isChaCha ? new IvParameterSpec(nonce) : new GCMParameterSpec(128, nonce));
        if (!suite.name().endsWith("GMAC")) {
            cipher.updateAAD(header);
            return cipher.doFinal(octets);
        }
        final boolean seals = mode == Cipher.ENCRYPT_MODE;
        final byte[] clear = seals ? octets : Arrays.copyOf(octets, octets.length - 16);
        cipher.updateAAD(concat(header, iv, clear));
        final byte[] end =
                seals ? cipher.doFinal() : cipher.doFinal(Arrays.copyOfRange(octets, clear.length, octets.length));
        return concat(clear, end);
    }

    private int hashBits() {
        return Integer.parseInt(suite.name().replaceAll(".*SHA", ""));
    }

    private int icvLength() {
        return hashBits() == 1 ? 12 : hashBits() / 16;
    }

    private int macKeyLength() {
        return hashBits() == 1 ? 20 : hashBits() / 8;
    }

    private byte[] cbc(int mode, byte[] iv, byte[] octets) throws GeneralSecurityException {
        final Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, 0, key.length - macKeyLength(), "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(octets);
    }

    private byte[] icv(byte[] octets) throws GeneralSecurityException {
        final Mac mac = Mac.getInstance("HmacSHA" + hashBits());
        mac.init(new SecretKeySpec(key, key.length - macKeyLength(), macKeyLength(), "MAC"));
        return Arrays.copyOf(mac.doFinal(octets), icvLength());
    }

    private static byte[] concat(byte[]... parts) {
        final ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (final byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
