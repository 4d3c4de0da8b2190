package org.weir.cli.capture;

import org.weir.link.Framing;

/// The numbers of the pcapng format, draft-ietf-opsawg-pcapng.
final class Pcapng {
    static final int SECTION_HEADER = 0x0A0D0D0A;
    static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    static final int INTERFACE_DESCRIPTION = 1;
    static final int INTERFACE_STATISTICS = 5;
    static final int ENHANCED_PACKET = 6;

    static final int END_OF_OPTIONS = 0;
    static final int IF_NAME = 2;
    static final int IF_TSRESOL = 9;
    static final int EPB_FLAGS = 2;
    static final int ISB_FILTERACCEPT = 6;
    static final int ISB_OSDROP = 7;
    static final int ISB_USRDELIV = 8;

    static final int INBOUND = 1;
    static final int OUTBOUND = 2;
    /// The bits of `epb_flags` that say which way a packet went.
    static final int DIRECTION = 3;

    private static final int LINKTYPE_ETHERNET = 1;
    private static final int LINKTYPE_RAW = 101;
    private static final int LINKTYPE_IPV4 = 228;

    private Pcapng() {}

    static int linkType(Framing framing) {
        return framing == Framing.ETHERNET ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
    }

    /// What frames of `linkType` begin with.
    ///
    /// @throws CaptureFormatException if that is none of ours
    static Framing framing(int linkType) throws CaptureFormatException {
        return switch (linkType) {
            case LINKTYPE_ETHERNET -> Framing.ETHERNET;
            case LINKTYPE_RAW, LINKTYPE_IPV4 -> Framing.IP;
            default -> throw new CaptureFormatException("link type " + linkType + " is neither Ethernet nor IP");
        };
    }
}
