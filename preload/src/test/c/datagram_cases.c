/* Datagrams: their boundaries, addresses, errors and what comes along with them. */
#include "cases.h"

#include <netinet/ip.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

static void tell_peer_to_send(int datagram, const char *text) {
    note("peer sends %s: %s", text, peer("udp-to %d %s", port_of(datagram), text));
}

CASE(datagrams_keep_boundaries_and_addresses) {
    int datagram = bound_datagram();
    int port = peer_number("udp");
    tell_peer_to_send(datagram, "one");
    tell_peer_to_send(datagram, "three");
    for (int i = 0; i < 2; i++) {
        char text[100] = "";
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        CALL(recvfrom(datagram, text, sizeof text, 0, NAME(from), &length));
        note("%s, length %u, from the peer: %d", text, length,
             from.sin_addr.s_addr == peer_address(0).sin_addr.s_addr && ntohs(from.sin_port) == port);
    }
}

CASE(datagrams_go_out) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    char expected[32];
    CALL(sendto(datagram, "hello", 5, 0, NAME(there), sizeof there));
    snprintf(expected, sizeof expected, "%d 5", port_of(datagram));
    note("as sent: %d", strcmp(peer("udp-from"), expected) == 0);
    CALL(sendto(datagram, "", 0, 0, NAME(there), sizeof there));
    snprintf(expected, sizeof expected, "%d 0", port_of(datagram));
    note("as sent: %d", strcmp(peer("udp-from"), expected) == 0);
}

CASE(a_datagram_socket_gets_a_port_by_sending) {
    int datagram = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in there = peer_address(peer_number("udp"));
    CALL(sendto(datagram, "hello", 5, 0, NAME(there), sizeof there));
    int from = atoi(peer("udp-from"));
    note("a port: %d, this socket's: %d", from != 0, from == port_of(datagram));
    tell_peer_to_send(datagram, "back");
    char text[10];
    CALL(recv(datagram, text, sizeof text, 0));
}

CASE(large_datagrams) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    static char octets[70000];
    CALL(sendto(datagram, octets, 1472, 0, NAME(there), sizeof there));
    note("%s", strchr(peer("udp-from"), ' '));
    CALL(sendto(datagram, octets, 8000, 0, NAME(there), sizeof there));
    note("%s", strchr(peer("udp-from"), ' '));
    CALL(sendto(datagram, octets, 65507, 0, NAME(there), sizeof there));
    note("%s", strchr(peer("udp-from"), ' '));
    CALL(sendto(datagram, octets, 65508, 0, NAME(there), sizeof there));
}

CASE(a_short_buffer_cuts_a_datagram) {
    int datagram = bound_datagram();
    peer("udp");
    tell_peer_to_send(datagram, "abcdef");
    tell_peer_to_send(datagram, "abcdef");
    tell_peer_to_send(datagram, "last");
    char text[3];
    CALL(recv(datagram, text, sizeof text, 0));
    struct iovec part = {.iov_base = text, .iov_len = sizeof text};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CALL(recvmsg(datagram, &message, MSG_TRUNC));
    note("cut: %d", (message.msg_flags & MSG_TRUNC) != 0);
    CALL(recv(datagram, text, sizeof text, MSG_PEEK | MSG_TRUNC));
    CALL(recv(datagram, text, 0, 0));
    CALL(recv(datagram, text, sizeof text, MSG_DONTWAIT));
}

CASE(peek_leaves_a_datagram) {
    int datagram = bound_datagram();
    peer("udp");
    tell_peer_to_send(datagram, "abc");
    char text[10] = "";
    CALL(recv(datagram, text, sizeof text, MSG_PEEK));
    CALL(recv(datagram, text, sizeof text, MSG_WAITALL));
    note("%s", text);
    CALL(recv(datagram, text, sizeof text, MSG_DONTWAIT));
}

CASE(waiting_datagrams_are_counted_one_at_a_time) {
    int datagram = bound_datagram();
    int waiting = -1;
    CALL(ioctl(datagram, FIONREAD, &waiting));
    note("%d", waiting);
    peer("udp");
    tell_peer_to_send(datagram, "abc");
    tell_peer_to_send(datagram, "defgh");
    await(datagram, POLLIN);
    CALL(ioctl(datagram, FIONREAD, &waiting));
    note("%d", waiting);
}

CASE(read_and_write_on_a_connected_datagram_socket) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    CALL(write(datagram, "x", 1));
    CALL(connect(datagram, NAME(there), sizeof there));
    CALL(write(datagram, "hello", 5));
    note("%s", strchr(peer("udp-from"), ' '));
    struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
    CALL(writev(datagram, parts, 2));
    note("%s", strchr(peer("udp-from"), ' '));
    tell_peer_to_send(datagram, "abcdef");
    tell_peer_to_send(datagram, "abcdef");
    char text[10] = "";
    CALL(read(datagram, text, 4));
    char first[2], second[10];
    struct iovec room[2] = {{first, 2}, {second, 10}};
    CALL(readv(datagram, room, 2));
    note("%.4s %.2s %.4s", text, first, second);
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    CALL(getpeername(datagram, NAME(name), &length));
    note("%d", name.sin_port == there.sin_port);
}

CASE(a_connected_datagram_socket_hears_its_peer_only) {
    int datagram = bound_datagram();
    struct sockaddr_in elsewhere = peer_address(9);
    CALL(connect(datagram, NAME(elsewhere), sizeof elsewhere));
    peer("udp");
    tell_peer_to_send(datagram, "lost");
    usleep(100000);
    char text[10];
    CALL(recv(datagram, text, sizeof text, MSG_DONTWAIT));
}

CASE(a_datagram_association_can_end) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    CALL(connect(datagram, NAME(there), sizeof there));
    struct sockaddr_in none = {.sin_family = AF_UNSPEC};
    CALL(connect(datagram, NAME(none), sizeof none));
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    CALL(getpeername(datagram, NAME(name), &length));
    CALL(send(datagram, "x", 1, 0));
    CALL(sendto(datagram, "hello", 5, 0, NAME(there), sizeof there));
    note("%s", strchr(peer("udp-from"), ' '));
}

CASE(nobody_listens_for_datagrams) {
    int port = peer_number("udp");
    peer("udp-close");
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(port);
    CALL(connect(datagram, NAME(there), sizeof there));
    CALL(send(datagram, "x", 1, 0));
    await_any(datagram);
    char text[10];
    CALL(recv(datagram, text, sizeof text, 0));
    CALL(send(datagram, "x", 1, 0));
    await_any(datagram);
    CALL(send(datagram, "x", 1, 0));
    usleep(100000);
    int error = -1;
    socklen_t length = sizeof error;
    CALL(getsockopt(datagram, SOL_SOCKET, SO_ERROR, &error, &length));
}

CASE(an_unconnected_socket_does_not_hear_of_it) {
    int port = peer_number("udp");
    peer("udp-close");
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(port);
    CALL(sendto(datagram, "x", 1, 0, NAME(there), sizeof there));
    usleep(100000);
    char text[10];
    CALL(recv(datagram, text, sizeof text, MSG_DONTWAIT));
}

CASE(datagrams_that_cannot_be_sent) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(9);
    CALL(send(datagram, "x", 1, 0));
    CALL(sendto(datagram, "x", 1, 0, NAME(there), 8));
    there.sin_family = AF_UNIX;
    CALL(sendto(datagram, "x", 1, 0, NAME(there), sizeof there));
    there = peer_address(0);
    CALL(sendto(datagram, "x", 1, 0, NAME(there), sizeof there));
    there = peer_address(9);
    there.sin_addr.s_addr = INADDR_BROADCAST;
    CALL(sendto(datagram, "x", 1, 0, NAME(there), sizeof there));
    CALL(send(datagram, "x", 1, MSG_OOB));
}

CASE(datagrams_without_waiting) {
    int datagram = bound_datagram();
    char text[10];
    CALL(recv(datagram, text, sizeof text, MSG_DONTWAIT));
    set_receive_limit(datagram, 50);
    CALL(recv(datagram, text, sizeof text, 0));
    set_nonblocking(datagram, true);
    CALL(read(datagram, text, sizeof text));
    CALL(recv(datagram, text, sizeof text, MSG_ERRQUEUE));
}

CASE(shutdown_of_datagrams) {
    int datagram = bound_datagram();
    CALL(shutdown(datagram, SHUT_RDWR));
    int other = bound_datagram();
    struct sockaddr_in there = peer_address(9);
    CALL(connect(other, NAME(there), sizeof there));
    CALL(shutdown(other, SHUT_RD));
    char text[10];
    CALL(recv(other, text, sizeof text, 0));
    CALL(shutdown(other, SHUT_WR));
    CALL(send(other, "x", 1, 0));
}

CASE(several_datagrams_in_one_call) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    struct iovec out[3] = {{"a", 1}, {"bc", 2}, {"def", 3}};
    struct mmsghdr messages[3];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 3; i++) {
        messages[i].msg_hdr.msg_iov = &out[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &there;
        messages[i].msg_hdr.msg_namelen = sizeof there;
    }
    CALL(sendmmsg(datagram, messages, 3, 0));
    for (int i = 0; i < 3; i++) {
        note("%u%s", messages[i].msg_len, strchr(peer("udp-from"), ' '));
    }
    tell_peer_to_send(datagram, "1");
    tell_peer_to_send(datagram, "22");
    char text[3][4];
    struct sockaddr_in from[3];
    struct iovec in[3] = {{text[0], 4}, {text[1], 4}, {text[2], 4}};
    for (int i = 0; i < 3; i++) {
        messages[i].msg_hdr.msg_iov = &in[i];
        messages[i].msg_hdr.msg_name = &from[i];
    }
    usleep(100000);
    CALL(recvmmsg(datagram, messages, 3, MSG_WAITFORONE, NULL));
    note("%u %u name %u", messages[0].msg_len, messages[1].msg_len, messages[0].msg_hdr.msg_namelen);
    CALL(recvmmsg(datagram, messages, 3, MSG_DONTWAIT, NULL));
}

static void print_ancillary(struct msghdr *message) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item != NULL; item = CMSG_NXTHDR(message, item)) {
        int number = 0;
        struct in_pktinfo info;
        size_t length = item->cmsg_len - CMSG_LEN(0);
        if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMP) {
            struct timeval when;
            memcpy(&when, CMSG_DATA(item), sizeof when);
            note("time, %zu octets, now: %d", length, labs((long)(time(NULL) - when.tv_sec)) < 10);
        } else if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            memcpy(&info, CMSG_DATA(item), sizeof info);
            note("destination, %zu octets, own: %d, interface: %d", length,
                 info.ipi_addr.s_addr == own_address(0).sin_addr.s_addr, info.ipi_ifindex != 0);
        } else {
            memcpy(&number, CMSG_DATA(item), length < sizeof number ? length : sizeof number);
            note("level %d type %d, %zu octets: %d", item->cmsg_level, item->cmsg_type, length, number);
        }
    }
}

CASE(what_comes_with_a_datagram) {
    int datagram = bound_datagram();
    int on = 1;
    CALL(setsockopt(datagram, IPPROTO_IP, IP_PKTINFO, &on, sizeof on));
    CALL(setsockopt(datagram, IPPROTO_IP, IP_RECVTTL, &on, sizeof on));
    CALL(setsockopt(datagram, IPPROTO_IP, IP_RECVTOS, &on, sizeof on));
    CALL(setsockopt(datagram, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on));
    socklen_t on_length = sizeof on;
    on = 0;
    CALL(getsockopt(datagram, IPPROTO_IP, IP_PKTINFO, &on, &on_length));
    note("%d", on);
    peer("udp");
    tell_peer_to_send(datagram, "abc");
    char text[10];
    _Alignas(struct cmsghdr) char control[256];
    struct iovec part = {.iov_base = text, .iov_len = sizeof text};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    CALL(recvmsg(datagram, &message, 0));
    note("control %zu flags %x", message.msg_controllen, message.msg_flags);
    print_ancillary(&message);
    tell_peer_to_send(datagram, "abc");
    message.msg_controllen = CMSG_LEN(sizeof(struct timeval));
    CALL(recvmsg(datagram, &message, 0));
    note("control %zu flags %x", message.msg_controllen, message.msg_flags);
}

CASE(what_goes_with_a_datagram) {
    int datagram = bound_datagram();
    struct sockaddr_in there = peer_address(peer_number("udp"));
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {.iov_base = "abc", .iov_len = 3};
    struct msghdr message = {
        .msg_name = &there,
        .msg_namelen = sizeof there,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    *item = (struct cmsghdr){.cmsg_level = IPPROTO_IP, .cmsg_type = IP_TTL, .cmsg_len = CMSG_LEN(sizeof(int))};
    int value = 9;
    memcpy(CMSG_DATA(item), &value, sizeof value);
    CALL(sendmsg(datagram, &message, 0));
    note("%s", strchr(peer("udp-from"), ' '));
    value = 0;
    memcpy(CMSG_DATA(item), &value, sizeof value);
    CALL(sendmsg(datagram, &message, 0));
    item->cmsg_type = IP_TOS;
    value = 0x10;
    memcpy(CMSG_DATA(item), &value, sizeof value);
    CALL(sendmsg(datagram, &message, 0));
    note("%s", strchr(peer("udp-from"), ' '));
    item->cmsg_type = 999;
    CALL(sendmsg(datagram, &message, 0));
}

CASE(datagram_ports_are_taken) {
    int datagram = bound_datagram();
    struct sockaddr_in here = own_address(port_of(datagram));
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    CALL(bind(other, NAME(here), sizeof here));
    CALL(bind(datagram, NAME(here), sizeof here));
    close(datagram);
    usleep(100000);
    CALL(bind(other, NAME(here), sizeof here));
}

CASE(datagrams_to_loopback_are_the_kernels) {
    int receiver = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CALL(bind(receiver, NAME(loopback), sizeof loopback));
    loopback.sin_port = htons((uint16_t)port_of(receiver));
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    CALL(sendto(sender, "hello", 5, 0, NAME(loopback), sizeof loopback));
    char text[10];
    CALL(recv(receiver, text, sizeof text, 0));
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    CALL(connect(other, NAME(loopback), sizeof loopback));
    CALL(write(other, "abc", 3));
    CALL(read(receiver, text, sizeof text));
}
