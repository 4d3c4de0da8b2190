package org.weir.jdk;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;

/// Messages of a stub resolver, RFC 1035 section 4.1: one question, and what answers it.
final class DnsMessage {
    /// Types, RFC 1035 section 3.2.2.
    static final int A = 1;

    static final int PTR = 12;
    /// Response codes, section 4.1.1.
    static final int NO_ERROR = 0;

    static final int NAME_ERROR = 3;

    private static final int CNAME = 5;
    private static final int INTERNET = 1;
    private static final int HEADER = 12;
    private static final int QUESTION_TAIL = 4;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RESPONSE = 0x8000;
    private static final int OPCODE = 0x7800;
    private static final int TRUNCATED = 0x0200;
    private static final int RESPONSE_CODE = 0xF;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 255;
    private static final int POINTER = 0xC0;
    /// Aliases in a row.
    private static final int MOST_ALIASES = 16;

    /// What a server says.
    ///
    /// @param code the response code
    /// @param truncated there is more than fitted
    /// @param name what the asked name is an alias of; itself if it is none
    /// @param addresses of that name
    /// @param pointer where it points; null if it does not
    record Answer(
            int code,
            boolean truncated,
            String name,
            List<IpAddress> addresses,
            @Nullable String pointer) {}

    private record Resource(
            String owner,
            int type,
            @Nullable IpAddress address,
            @Nullable String target) {}

    private DnsMessage() {}

    /// The octets of a question about `name`.
    ///
    /// @throws UnknownHostException if it cannot be the name of a host, RFC 1035 section 2.3.4
    static byte[] question(int id, String name, int type) throws UnknownHostException {
        final ByteArrayOutputStream labels = new ByteArrayOutputStream();
        final String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        for (final String label : plain.split("\\.", -1)) {
            final byte[] octets = label.getBytes(StandardCharsets.US_ASCII);
            if (octets.length == 0 || octets.length > LONGEST_LABEL) {
                throw new UnknownHostException(name + ": not a name, a part of it has " + octets.length + " octets");
            }
            labels.write(octets.length);
            labels.writeBytes(octets);
        }
        labels.write(0);
        if (labels.size() > LONGEST_NAME) {
            throw new UnknownHostException(name + ": not a name, it has " + labels.size() + " octets");
        }
        return ByteBuffer.allocate(HEADER + labels.size() + QUESTION_TAIL)
                .putShort((short) id)
                .putShort((short) RECURSION_DESIRED)
                .putShort((short) 1)
                .position(HEADER)
                .put(labels.toByteArray())
                .putShort((short) type)
                .putShort((short) INTERNET)
                .array();
    }

    /// Reads what answers `question`; null if `message` answers something else, as what is forged or late does.
    ///
    /// @throws ProtocolException if it breaks the format
    static @Nullable Answer answer(byte[] question, ByteBuffer message) throws ProtocolException {
        try {
            return isAnswerTo(question, message) ? new Reader(message).read(question) : null;
        } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
            final ProtocolException cut = new ProtocolException("a DNS message ends early");
            cut.initCause(e);
            throw cut;
        }
    }

    /// RFC 5452 section 9.1: the same number and the same question.
    private static boolean isAnswerTo(byte[] question, ByteBuffer message) {
        if (message.limit() < question.length
                || message.getShort(0) != ByteBuffer.wrap(question).getShort(0)
                || (message.getShort(2) & (RESPONSE | OPCODE)) != RESPONSE
                || message.getShort(4) != 1) {
            return false;
        }
        for (int i = HEADER; i < question.length; i++) {
            if (Character.toLowerCase(message.get(i) & 0xFF) != Character.toLowerCase(question[i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    /// One pass over an answer that is one.
    private static final class Reader {
        private final ByteBuffer message;

        Reader(ByteBuffer message) {
            this.message = message;
        }

        Answer read(byte[] question) throws ProtocolException {
            final int flags = message.getShort(2);
            message.position(HEADER);
            final String asked = name();
            message.position(question.length);
            final List<Resource> resources = new ArrayList<>();
            for (int left = message.getShort(6) & 0xFFFF; left > 0 && (flags & TRUNCATED) == 0; left--) {
                resources.add(resource());
            }
            final String canonical = canonical(asked, resources);
            final List<IpAddress> addresses = new ArrayList<>();
            String pointer = null;
            for (final Resource r : resources) {
                if (r.owner.equals(canonical) && r.address != null) {
                    addresses.add(r.address);
                } else if (r.owner.equals(canonical) && r.type == PTR && pointer == null) {
                    pointer = r.target;
                }
            }
            return new Answer(flags & RESPONSE_CODE, (flags & TRUNCATED) != 0, canonical, addresses, pointer);
        }

        private static String canonical(String asked, List<Resource> resources) {
            String name = asked;
            for (int i = 0; i < MOST_ALIASES; i++) {
                final String alias = name;
                final String target = resources.stream()
                        .filter(r -> r.type == CNAME && r.owner.equals(alias))
                        .map(Resource::target)
                        .findFirst()
                        .orElse(null);
                if (target == null) {
                    break;
                }
                name = target;
            }
            return name;
        }

        private Resource resource() throws ProtocolException {
            final String owner = name();
            final int type = message.getShort() & 0xFFFF;
            final int family = message.getShort();
            message.getInt();
            final int length = message.getShort() & 0xFFFF;
            final int end = message.position() + length;
            IpAddress address = null;
            String target = null;
            if (family == INTERNET && type == A && length == Integer.BYTES) {
                address = IpAddress.ofIpv4(message.getInt());
            } else if (family == INTERNET && (type == CNAME || type == PTR)) {
                target = name();
            }
            message.position(Objects.checkIndex(end, message.limit() + 1));
            return new Resource(owner, type, address, target);
        }

        /// Reads a name, section 4.1.4. A pointer must lead back, so that none leads in a circle.
        private String name() throws ProtocolException {
            final StringBuilder name = new StringBuilder();
            int resume = -1;
            int earliest = message.position();
            for (int length = message.get() & 0xFF; length != 0; length = message.get() & 0xFF) {
                if (length >= POINTER) {
                    final int to = (length & ~POINTER) << 8 | message.get() & 0xFF;
                    resume = resume < 0 ? message.position() : resume;
                    if (to >= earliest) {
                        throw new ProtocolException("a name in a DNS message does not lead back");
                    }
                    earliest = to;
                    message.position(to);
                } else if (length > LONGEST_LABEL || name.length() + length >= LONGEST_NAME) {
                    throw new ProtocolException("a name in a DNS message is too long");
                } else {
                    label(name, length);
                }
            }
            if (resume >= 0) {
                message.position(resume);
            }
            return name.toString();
        }

        private void label(StringBuilder name, int length) {
            final byte[] label = new byte[length];
            message.get(label);
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(label, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
        }
    }
}
