package org.weir.esp;

import java.util.Arrays;
import java.util.Objects;
import javax.crypto.SecretKey;

/// A key that can be wiped, which the JCA's own cannot.
final class KeyMaterial implements SecretKey {
    private static final long serialVersionUID = 1;

    private final String algorithm;
    private final byte[] octets;

    KeyMaterial(String algorithm, byte[] from, int offset, int length) {
        this.algorithm = algorithm;
        this.octets = Arrays.copyOfRange(from, offset, offset + length);
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return octets.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Objects.hash(algorithm, System.identityHashCode(octets));
    }

    private void writeObject(java.io.ObjectOutputStream to) throws java.io.IOException {
        throw new java.io.NotSerializableException("a key");
    }
}
