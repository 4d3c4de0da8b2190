package org.weir.services.dhcp;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;

/// The address of a lease in a file, for the time after a new start: two lines, `address A` and `expires S`, seconds
/// since 1970 or `never`. It is replaced as a whole.
///
/// Nothing here throws: without the file a client works, and only asks for any address when it starts. What is wrong is
/// said by [#warning].
final class LeaseFile {
    private static final String ADDRESS = "address ";
    private static final String EXPIRES = "expires ";
    private static final String NEVER = "never";
    private static final int MOST_OCTETS = 1_024;

    private final Path path;
    private final long epochOffsetNs;
    private @Nullable String warning;

    LeaseFile(Path path, long epochOffsetNs) {
        this.path = path.toAbsolutePath();
        this.epochOffsetNs = epochOffsetNs;
    }

    /// What was wrong with the file; null if nothing was.
    @Nullable
    String warning() {
        return warning;
    }

    /// The address that may be asked for again; 0 if there is none, or its time is over.
    int read(long nowNs) {
        try {
            if (Files.size(path) > MOST_OCTETS) {
                return makesNoSense();
            }
            return address(Files.readAllLines(path), nowNs);
        } catch (NoSuchFileException _) {
            return 0;
        } catch (CharacterCodingException _) {
            return makesNoSense();
        } catch (IOException e) {
            warning = "cannot read the lease file " + path + ": " + e;
            return 0;
        }
    }

    private int makesNoSense() {
        warning = path + " is not a lease file of Weir: ignored";
        return 0;
    }

    private int address(List<String> lines, long nowNs) {
        if (lines.size() != 2
                || !lines.getFirst().startsWith(ADDRESS)
                || !lines.getLast().startsWith(EXPIRES)) {
            return makesNoSense();
        }
        try {
            final int address = IpAddress.parse(lines.getFirst().substring(ADDRESS.length()))
                    .ipv4();
            final String expires = lines.getLast().substring(EXPIRES.length());
            final boolean isOver = !expires.equals(NEVER) && Long.parseLong(expires) <= epochSeconds(nowNs);
            if (!LeaseReader.isHost(address)) {
                return makesNoSense();
            }
            return isOver ? 0 : address;
        } catch (IllegalArgumentException _) {
            return makesNoSense();
        }
    }

    private long epochSeconds(long timeNs) {
        return (timeNs + epochOffsetNs) / StackClock.SECOND;
    }

    void write(Lease lease) {
        final String expires = lease.lastsForEver()
                ? NEVER
                : String.valueOf(epochSeconds(lease.times().expiryNs()));
        final Path beside = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.writeString(beside, ADDRESS + lease.address().address() + "\n" + EXPIRES + expires + "\n");
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
            warning = null;
        } catch (IOException e) {
            warning = "cannot write the lease file " + path + ": " + e;
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            warning = "cannot delete the lease file " + path + ": " + e;
        }
    }
}
