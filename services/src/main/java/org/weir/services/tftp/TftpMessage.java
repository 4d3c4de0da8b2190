package org.weir.services.tftp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The packets of RFC 1350 section 5 and RFC 2347: what is in front of data, and requests and options as text.
final class TftpMessage {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int DATA = 3;
    static final int ACKNOWLEDGMENT = 4;
    static final int ERROR = 5;
    static final int OPTIONS = 6;

    /// Octets in front of the data of a block, of an acknowledgment, and in front of an error's text.
    static final int HEADER = 4;
    /// The longest request, and answer to one: RFC 2347.
    static final int LONGEST_REQUEST = 512;

    static final String BLOCK_SIZE = "blksize";
    static final String WINDOW_SIZE = "windowsize";
    static final String TIMEOUT = "timeout";
    static final String TRANSFER_SIZE = "tsize";

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int OPCODE_LENGTH = 2;
    private static final String OCTET = "octet";

    private TftpMessage() {}

    static int u16(MemorySegment memory, long at) {
        return memory.get(U16, at) & 0xFFFF;
    }

    static void header(MemorySegment memory, long at, int opcode, int number) {
        memory.set(U16, at, (short) opcode);
        memory.set(U16, at + 2, (short) number);
    }

    // ---- text ----

    /// A request for `file` with options that differ from [TftpOptions#NONE].
    ///
    /// @throws IllegalArgumentException if it is longer than a request may be, or the name holds what none may
    static byte[] request(int opcode, String file, TftpOptions wanted) {
        if (file.isEmpty() || file.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'" + file.replace('\0', '?') + "' is not the name of a file");
        }
        final ByteArrayOutputStream out = begin(opcode);
        text(out, file);
        text(out, OCTET);
        options(out, wanted, TftpOptions.NONE);
        if (out.size() > LONGEST_REQUEST) {
            throw new IllegalArgumentException(
                    "the name of a file is too long for a TFTP request: " + file.length() + " characters");
        }
        return out.toByteArray();
    }

    /// The answer to options.
    static byte[] options(TftpOptions agreed, TftpOptions defaults) {
        final ByteArrayOutputStream out = begin(OPTIONS);
        options(out, agreed, defaults);
        return out.toByteArray();
    }

    static byte[] error(TftpError error, String message) {
        final ByteArrayOutputStream out = begin(ERROR);
        out.write(0);
        out.write(Math.max(0, error.code()));
        text(out, message);
        return out.toByteArray();
    }

    private static ByteArrayOutputStream begin(int opcode) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(opcode);
        return out;
    }

    private static void options(ByteArrayOutputStream out, TftpOptions values, TftpOptions defaults) {
        option(out, BLOCK_SIZE, values.blockSize(), defaults.blockSize());
        option(out, WINDOW_SIZE, values.windowSize(), defaults.windowSize());
        option(out, TIMEOUT, values.timeoutSeconds(), defaults.timeoutSeconds());
        option(out, TRANSFER_SIZE, values.transferSize(), defaults.transferSize());
    }

    private static void option(ByteArrayOutputStream out, String name, long value, long usual) {
        if (value != usual) {
            text(out, name);
            text(out, Long.toString(value));
        }
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(UTF_8));
        out.write(0);
    }

    /// A read or write request.
    ///
    /// @param file the name, as it was sent
    /// @param isOctet the mode is octet; no other is served
    /// @param options those that are known and make sense; the others are as if they had not been sent
    record Request(boolean isWrite, String file, boolean isOctet, TftpOptions options) {}

    /// Reads a request; null if it is none, or is malformed.
    static @Nullable Request request(byte[] packet) {
        if (packet.length < OPCODE_LENGTH || packet.length > LONGEST_REQUEST) {
            return null;
        }
        final int opcode = u16(MemorySegment.ofArray(packet), 0);
        if (opcode != READ && opcode != WRITE) {
            return null;
        }
        final List<String> texts = texts(packet, OPCODE_LENGTH);
        if (texts == null || texts.size() < 2 || texts.getFirst().isEmpty()) {
            return null;
        }
        final boolean isOctet = texts.get(1).equalsIgnoreCase(OCTET);
        return new Request(opcode == WRITE, texts.getFirst(), isOctet, options(texts.subList(2, texts.size())));
    }

    /// Reads an answer to options; null if it is malformed or holds a value that makes no sense.
    static @Nullable TftpOptions answer(byte[] packet) {
        final List<String> texts = texts(packet, OPCODE_LENGTH);
        if (texts == null || texts.size() % 2 != 0) {
            return null;
        }
        final TftpOptions options = options(texts);
        for (int i = 0; i < texts.size(); i += 2) {
            if (!with(TftpOptions.NONE, texts.get(i), texts.get(i + 1)).isKnown) {
                return null;
            }
        }
        return options;
    }

    /// What an error packet says; the usual sentence of its code if it says nothing.
    static String message(byte[] packet) {
        final List<String> texts = texts(packet, HEADER);
        final String text = texts == null || texts.isEmpty() ? "" : texts.getFirst();
        final String shown = text.replaceAll("\\p{Cntrl}", "?");
        return shown.isEmpty()
                ? TftpError.of(u16(MemorySegment.ofArray(packet), 2)).sentence()
                : shown;
    }

    /// Texts that each end with a zero octet; null if the last one does not.
    private static @Nullable List<String> texts(byte[] packet, int from) {
        final List<String> texts = new ArrayList<>();
        int start = from;
        for (int i = from; i < packet.length; i++) {
            if (packet[i] == 0) {
                texts.add(new String(packet, start, i - start, UTF_8));
                start = i + 1;
            }
        }
        return start < packet.length ? null : texts;
    }

    /// The first value of each option counts.
    private static TftpOptions options(List<String> texts) {
        TftpOptions options = TftpOptions.NONE;
        for (int i = texts.size() - texts.size() % 2 - 2; i >= 0; i -= 2) {
            options = with(options, texts.get(i), texts.get(i + 1)).options;
        }
        return options;
    }

    private record Change(TftpOptions options, boolean isKnown) {}

    private static Change with(TftpOptions options, String name, String value) {
        try {
            final long number = Long.parseUnsignedLong(value);
            return new Change(
                    switch (name.toLowerCase(Locale.ROOT)) {
                        case BLOCK_SIZE -> options.withBlockSize(Math.toIntExact(number));
                        case WINDOW_SIZE -> options.withWindowSize(Math.toIntExact(number));
                        case TIMEOUT -> options.withTimeout(Math.max(1, Math.toIntExact(number)));
                        case TRANSFER_SIZE -> options.withTransferSize(number);
                        default -> throw new IllegalArgumentException("an option that is not known");
                    },
                    true);
        } catch (IllegalArgumentException | ArithmeticException _) {
            return new Change(options, false);
        }
    }
}
