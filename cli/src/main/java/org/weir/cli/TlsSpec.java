package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.services.tls.TlsKeys;
import org.weir.wire.IpAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// One key that `--tls` names: `cert.pem,key.pem`, one PEM file with both, or `key.p12,password.txt`.
///
/// @param file the certificates, or a PKCS#12 file
/// @param other the key of the certificates, or a file with the password; null if there is no other file
record TlsSpec(Path file, @Nullable Path other) {
    private static final String SELF_SIGNED_NAME = "weir";

    /// For picocli.
    static final class Converter implements ITypeConverter<TlsSpec> {
        @Override
        public TlsSpec convert(String value) {
            final int comma = value.indexOf(',');
            if (comma == 0 || comma == value.length() - 1) {
                throw new TypeConversionException("'" + value + "' is not FILE[,FILE], as cert.pem,key.pem is");
            }
            return comma < 0
                    ? new TlsSpec(Path.of(value), null)
                    : new TlsSpec(Path.of(value.substring(0, comma)), Path.of(value.substring(comma + 1)));
        }
    }

    /// All of `specs`, in their order; if there is none, one that is made for a host with `addresses`.
    ///
    /// @throws IOException if one cannot be used; the message says why
    static TlsKeys keys(List<TlsSpec> specs, List<IpAddress> addresses) throws IOException {
        if (specs.isEmpty()) {
            return TlsKeys.selfSigned(SELF_SIGNED_NAME, addresses);
        }
        TlsKeys all = specs.getFirst().read();
        for (final TlsSpec more : specs.subList(1, specs.size())) {
            all = all.and(more.read());
        }
        return all;
    }

    private TlsKeys read() throws IOException {
        if (TlsKeys.isPkcs12(file)) {
            final String password = other == null ? "" : Files.readString(other).strip();
            return TlsKeys.pkcs12(file, password.toCharArray());
        }
        return TlsKeys.pem(file, other == null ? file : other);
    }
}
