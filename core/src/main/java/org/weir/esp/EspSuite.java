package org.weir.esp;

import java.util.Arrays;
import java.util.Locale;

/// The algorithms of an association: names are those of strongSwan and of `ip xfrm` users, the numbers those of the
/// RFC that is named.
public enum EspSuite {
    /// AES-GCM with an ICV of 16 octets: RFC 4106.
    AES128GCM16(Kind.GCM, 16),
    AES192GCM16(Kind.GCM, 24),
    AES256GCM16(Kind.GCM, 32),
    /// Integrity alone: RFC 4543.
    AES128GMAC(Kind.GMAC, 16),
    AES192GMAC(Kind.GMAC, 24),
    AES256GMAC(Kind.GMAC, 32),
    /// RFC 7634.
    CHACHA20POLY1305(Kind.CHACHA, 32),
    /// AES-CBC, RFC 3602, with HMAC-SHA1-96, RFC 2404.
    AES128_SHA1(16, Hash.SHA1),
    AES192_SHA1(24, Hash.SHA1),
    AES256_SHA1(32, Hash.SHA1),
    /// AES-CBC with HMAC-SHA-256-128, HMAC-SHA-384-192, HMAC-SHA-512-256: RFC 4868.
    AES128_SHA256(16, Hash.SHA256),
    AES192_SHA256(24, Hash.SHA256),
    AES256_SHA256(32, Hash.SHA256),
    AES128_SHA384(16, Hash.SHA384),
    AES192_SHA384(24, Hash.SHA384),
    AES256_SHA384(32, Hash.SHA384),
    AES128_SHA512(16, Hash.SHA512),
    AES192_SHA512(24, Hash.SHA512),
    AES256_SHA512(32, Hash.SHA512);

    /// How the octets are transformed.
    enum Kind {
        GCM,
        GMAC,
        CHACHA,
        CBC
    }

    /// HMAC with this hash: its name in the JCA, octets of its key, octets of it that are sent.
    enum Hash {
        NONE("", 0, 16),
        SHA1("HmacSHA1", 20, 12),
        SHA256("HmacSHA256", 32, 16),
        SHA384("HmacSHA384", 48, 24),
        SHA512("HmacSHA512", 64, 32);

        final String algorithm;
        final int keyOctets;
        final int icvOctets;

        Hash(String algorithm, int keyOctets, int icvOctets) {
            this.algorithm = algorithm;
            this.keyOctets = keyOctets;
            this.icvOctets = icvOctets;
        }
    }

    /// Octets of the nonce that are part of the key material, behind the key.
    static final int SALT = 4;

    private static final int COUNTER_IV = 8;
    private static final int AES_BLOCK = 16;
    /// RFC 4303 section 2.4: the ICV begins at a multiple of 4 octets.
    private static final int ALIGNMENT = 4;

    private final Kind kind;
    private final int cipherKeyOctets;
    private final Hash hash;

    EspSuite(Kind kind, int cipherKeyOctets) {
        this.kind = kind;
        this.cipherKeyOctets = cipherKeyOctets;
        this.hash = Hash.NONE;
    }

    EspSuite(int cipherKeyOctets, Hash hash) {
        this.kind = Kind.CBC;
        this.cipherKeyOctets = cipherKeyOctets;
        this.hash = hash;
    }

    Kind kind() {
        return kind;
    }

    Hash hash() {
        return hash;
    }

    int cipherKeyOctets() {
        return cipherKeyOctets;
    }

    /// Octets of key material that an association takes: the cipher's key with its salt if it has one, then the key
    /// of the HMAC.
    public int keyOctets() {
        return cipherKeyOctets + (kind == Kind.CBC ? hash.keyOctets : SALT);
    }

    /// Octets between the ESP header and what is protected.
    int ivOctets() {
        return kind == Kind.CBC ? AES_BLOCK : COUNTER_IV;
    }

    int icvOctets() {
        return hash.icvOctets;
    }

    /// What is protected, with its trailer, is a multiple of this.
    int blockOctets() {
        return kind == Kind.CBC ? AES_BLOCK : ALIGNMENT;
    }

    /// The most that protecting a packet adds to it, in octets.
    public int overhead() {
        return EspHeader.LENGTH + ivOctets() + blockOctets() - 1 + EspHeader.TRAILER + icvOctets();
    }

    /// The suite of that name, in either case: `aes128gcm16`, `aes256-sha512`.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists them
    public static EspSuite named(String name) {
        for (final EspSuite suite : values()) {
            if (suite.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return suite;
            }
        }
        throw new IllegalArgumentException(
                "no ESP suite is called " + name + "; there are " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
