package org.weir.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;

/// What `--http` asks for: `80` for the status page, `80=DIR` for the files of a directory.
///
/// @param port the TCP port
/// @param directory null for the status page
record HttpSpec(int port, @Nullable Path directory) {
    /// For picocli.
    static final class Converter implements ITypeConverter<HttpSpec> {
        @Override
        public HttpSpec convert(String value) {
            final int equals = value.indexOf('=');
            return equals < 0
                    ? new HttpSpec(Converters.port(value), null)
                    : new HttpSpec(Converters.port(value.substring(0, equals)), Path.of(value.substring(equals + 1)));
        }
    }
}
