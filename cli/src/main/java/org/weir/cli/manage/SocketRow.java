package org.weir.cli.manage;

import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.TcpInfo;

/// One line of `weir ss`: what was read in the stack's thread, to be written in another.
///
/// @param kind `tcp`, `udp`, `icmp`, `raw` or `p_raw`
/// @param state as `ss` names it
/// @param receiveQueue octets that the user has not read; of a listener, connections that were not accepted
/// @param sendQueue octets that the peer has not acknowledged; of a listener, connections that may wait
/// @param local this end
/// @param peer the other end
/// @param congestion the name of a connection's congestion control, empty for others
/// @param info a connection's `TCP_INFO`; null if nobody asked
record SocketRow(
        String kind,
        String state,
        int receiveQueue,
        int sendQueue,
        End local,
        End peer,
        String congestion,
        @Nullable TcpInfo info) {
    /// An end.
    ///
    /// @param address in text
    /// @param port in text: a number, or `*`
    record End(String address, String port) {
        static final End ANY = new End("0.0.0.0", "*");

        JsonObject toJson() {
            final JsonObject json = new JsonObject();
            json.addProperty("address", address);
            if (Character.isDigit(port.charAt(0))) {
                json.addProperty("port", Integer.parseInt(port));
            } else {
                json.addProperty("port", port);
            }
            return json;
        }
    }

    JsonObject toJson() {
        final JsonObject json = new JsonObject();
        json.addProperty("netid", kind);
        json.addProperty("state", state);
        json.addProperty("recv_q", receiveQueue);
        json.addProperty("send_q", sendQueue);
        json.add("local", local.toJson());
        json.add("peer", peer.toJson());
        if (info != null) {
            json.add("tcp_info", TcpInfoJson.of(info, congestion));
        }
        return json;
    }
}
