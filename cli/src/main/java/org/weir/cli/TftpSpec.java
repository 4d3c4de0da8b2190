package org.weir.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What `--tftp` asks for: `69=DIR` to read the files of a directory, `69=DIR,write` to write new ones too.
///
/// @param port the UDP port
/// @param directory where the files are
/// @param isWritable clients may write new files
record TftpSpec(int port, Path directory, boolean isWritable) {
    private static final String WRITE = ",write";

    /// For picocli.
    static final class Converter implements ITypeConverter<TftpSpec> {
        @Override
        public TftpSpec convert(String value) {
            final int equals = value.indexOf('=');
            if (equals < 0 || equals == value.length() - 1) {
                throw new TypeConversionException("'" + value + "' is not P=DIR[,write], as 69=/srv/tftp is");
            }
            final boolean isWritable = value.endsWith(WRITE);
            final int end = value.length() - (isWritable ? WRITE.length() : 0);
            final Path directory = Path.of(value.substring(equals + 1, end));
            return new TftpSpec(Converters.port(value.substring(0, equals)), directory, isWritable);
        }
    }
}
