"""The other end of ESP, by scapy: sends an echo request in each association of a file of `weir --esp` and opens what
comes back. Prints a line for each suite. To be run in the network namespace of `weir lab`.

usage: esp_peer.py FILE
"""
import logging
import subprocess
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import ESP, ICMP, IP, TCP, Ether, Raw, SecurityAssociation, conf, getmacbyip  # noqa: E402

HOST = "10.10.10.2"
LIMIT_SECONDS = 5
AUTHENTICATION = {
    "sha1": ("HMAC-SHA1-96", 20),
    "sha256": ("SHA2-256-128", 32),
    "sha384": ("SHA2-384-192", 48),
    "sha512": ("SHA2-512-256", 64),
}


def association(spi, suite, key):
    """As scapy has it; None if it has no such suite."""
    if "gmac" in suite:
        return None
    if "gcm" in suite:
        return SecurityAssociation(ESP, spi=spi, crypt_algo="AES-GCM", crypt_key=key)
    if suite == "chacha20poly1305":
        return SecurityAssociation(ESP, spi=spi, crypt_algo="CHACHA20-POLY1305", crypt_key=key)
    name, length = AUTHENTICATION[suite.split("-")[1]]
    return SecurityAssociation(
        ESP, spi=spi, crypt_algo="AES-CBC", crypt_key=key[:-length], auth_algo=name, auth_key=key[-length:]
    )


def read(path):
    """Associations by the remote address: the suite, what goes to the host, what comes from it."""
    peers = {}
    for line in open(path):
        words = line.split()
        if not words or words[0] != "sa":
            continue
        source, destination, spi, suite, key = words[1:6]
        remote = destination if source == HOST else source
        made = association(int(spi, 16), suite, bytes.fromhex(key))
        peers.setdefault(remote, {"suite": suite})["out" if source == HOST else "in"] = made
    return peers


def receive(socket, wanted):
    """The next IP packet from the host for which `wanted` holds."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        frame = socket.recv()
        if frame is not None and IP in frame and frame[IP].src == HOST and wanted(frame[IP]):
            return frame[IP]
    raise SystemExit("nothing came back")


def exchange(socket, device, remote, peer):
    link = Ether(dst=getmacbyip(HOST))
    for number in range(1, 6):
        text = bytes(range(7 * number))
        clear = IP(src=remote, dst=HOST) / ICMP(id=number, seq=number) / Raw(text)
        socket.send(link / peer["in"].encrypt(clear, seq_num=number))
        sealed = receive(socket, lambda ip: ESP in ip and ip.dst == remote)
        assert sealed[ESP].seq == number, sealed.show(dump=True)
        opened = peer["out"].decrypt(sealed)
        assert opened[ICMP].type == 0 and opened[ICMP].seq == number, opened.summary()
        assert bytes(opened[ICMP].payload)[: len(text)] == text, opened.show(dump=True)
    print(peer["suite"], "agrees")


def connect(socket, remote, peer):
    """A SYN to a port where nobody listens is answered by a reset, inside."""
    syn = IP(src=remote, dst=HOST) / TCP(sport=1234, dport=4242, flags="S", seq=7)
    socket.send(Ether(dst=getmacbyip(HOST)) / peer["in"].encrypt(syn, seq_num=100))
    answer = peer["out"].decrypt(receive(socket, lambda ip: ESP in ip and ip.dst == remote))
    assert answer[TCP].flags == "RA" and answer[TCP].ack == 8, answer.summary()
    print(peer["suite"], "resets")


def main():
    device = conf.route.route(HOST)[0]
    peers = {remote: peer for remote, peer in read(sys.argv[1]).items() if peer["in"] is not None}
    for remote in peers:
        subprocess.run(["ip", "address", "add", remote + "/32", "dev", device], check=True)
    socket = conf.L2socket(iface=device, filter="ip src " + HOST)
    socket.ins.settimeout(LIMIT_SECONDS)
    for remote, peer in peers.items():
        exchange(socket, device, remote, peer)
    remote, peer = next(iter(peers.items()))
    connect(socket, remote, peer)


main()
