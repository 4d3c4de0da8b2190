package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.math.BigDecimal;
import org.weir.cli.capture.CapturedFrame;
import org.weir.cli.capture.FrameView;
import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;
import org.weir.wire.PacketPrinter;

/// Captured frames as JSON, an object each: what a filter can ask for, and the line that people get.
final class FrameJson {
    private static final int NANOSECOND_DIGITS = 9;

    private final PacketPrinter printer = new PacketPrinter();
    private final FrameView view = new FrameView();

    JsonObject of(CapturedFrame frame) {
        view.at(frame);
        final JsonObject json = new JsonObject();
        json.addProperty("time", BigDecimal.valueOf(frame.epochNs(), NANOSECOND_DIGITS));
        json.addProperty("interface", frame.interfaceName());
        json.addProperty("direction", frame.isOutbound() ? "out" : "in");
        json.addProperty("length", frame.length());
        json.addProperty("captured", frame.octets().length);
        addLink(json);
        addPacket(json);
        json.addProperty("summary", FrameText.summary(printer, frame));
        return json;
    }

    private void addLink(JsonObject json) {
        if (view.hardwareSource() >= 0) {
            json.addProperty("eth_src", MacAddress.format(view.hardwareSource()));
            json.addProperty("eth_dst", MacAddress.format(view.hardwareDestination()));
            json.addProperty("eth_type", view.type());
        }
        if (view.vlan() != FrameView.NONE) {
            json.addProperty("vlan", view.vlan());
        }
    }

    private void addPacket(JsonObject json) {
        if (view.hasAddresses()) {
            json.addProperty("src", IpAddress.ofIpv4(view.source()).toString());
            json.addProperty("dst", IpAddress.ofIpv4(view.destination()).toString());
        }
        if (view.protocol() != FrameView.NONE) {
            json.addProperty("protocol", view.protocol());
            json.addProperty("ttl", view.timeToLive());
        }
        if (view.sourcePort() != FrameView.NONE) {
            json.addProperty("src_port", view.sourcePort());
            json.addProperty("dst_port", view.destinationPort());
        }
        if (view.tcpFlags() != FrameView.NONE) {
            json.addProperty("tcp_flags", view.tcpFlags());
        }
    }
}
