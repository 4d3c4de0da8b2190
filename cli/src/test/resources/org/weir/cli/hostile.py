"""Writes captures of frames that no host should send: hostile.py DIRECTORY STATION-MAC. Prints how many are in each."""
import random
import sys

from scapy.all import ARP, ICMP, IP, TCP, UDP, Dot1Q, Ether, Raw, RawPcapWriter, conf
from scapy.utils import checksum

conf.verb = 0
directory, station = sys.argv[1], sys.argv[2]
us, them = "10.10.10.1", "10.10.10.2"
ether = Ether(dst=station, src="02:00:00:00:00:01")
numbers = random.Random(7)


def bits_flipped(frame):
    octets = bytearray(bytes(frame))
    for _ in range(numbers.randint(1, 8)):
        at = numbers.randrange(14, len(octets))
        octets[at] ^= 1 << numbers.randrange(8)
    return Raw(bytes(octets))


def cut(frame):
    octets = bytes(frame)
    return Raw(octets[:numbers.randint(14, len(octets) - 1)])


def with_options(options):
    """A sound header whose options make no sense."""
    body = bytes(ICMP())
    header = bytearray(bytes(IP(src=us, dst=them, proto=1, ihl=5 + len(options) // 4, chksum=0,
                                len=20 + len(options) + len(body))) + options)
    header[10:12] = checksum(bytes(header)).to_bytes(2, "big")
    return ether.__class__(bytes(ether)[:12] + b"\x08\x00") / Raw(bytes(header) + body)


sound = [
    ether / IP(src=us, dst=them) / TCP(sport=1024, dport=7, flags="S", options=[("MSS", 1460), ("WScale", 7)]),
    ether / IP(src=us, dst=them) / UDP(sport=1024, dport=7) / Raw(b"x" * 64),
    ether / IP(src=us, dst=them) / ICMP() / Raw(b"x" * 56),
    ether / ARP(op=1, psrc=us, pdst=them, hwsrc="02:00:00:00:00:01"),
    ether / IP(src=us, dst=them, proto=2) / Raw(bytes([0x11, 10, 0, 0, 0, 0, 0, 0])),
]

captures = {
    "truncated": [cut(numbers.choice(sound)) for _ in range(400)],
    "flipped": [bits_flipped(numbers.choice(sound)) for _ in range(400)],
    "noise": [Raw(bytes(ether)[:12] + numbers.randbytes(numbers.randint(2, 1400))) for _ in range(400)],
    "options": [with_options(numbers.randbytes(numbers.choice([4, 8, 20, 40]))) for _ in range(200)],
    "tcp": [
        ether / IP(src=us, dst=them) / TCP(
            sport=numbers.randrange(1, 65536), dport=numbers.choice([7, 9, 80]), flags=numbers.randrange(256),
            seq=numbers.randrange(1 << 32), ack=numbers.randrange(1 << 32), dataofs=numbers.randrange(16))
        / Raw(numbers.randbytes(numbers.randrange(60)))
        for _ in range(600)
    ],
    "fragments": [
        ether / IP(src=us, dst=them, id=numbers.randrange(60), flags=numbers.choice([0, 1]),
                   frag=numbers.choice([0, 1, 2, 3, 8, 100, 8191]), proto=numbers.choice([1, 6, 17]))
        / Raw(numbers.randbytes(numbers.choice([8, 16, 64, 200, 201])))
        for _ in range(600)
    ],
    "sources": [
        ether / IP(src=source, dst=them) / UDP(sport=7, dport=7) / Raw(b"loop")
        for source in ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "10.10.10.255", them]
        for _ in range(20)
    ],
    "tags": [ether / Dot1Q(vlan=numbers.randrange(4096)) / numbers.choice(sound).payload for _ in range(100)],
}
for name, frames in captures.items():
    with RawPcapWriter("%s/%s.pcap" % (directory, name), linktype=1) as writer:
        for frame in frames:
            writer.write(bytes(frame))
    print(name, len(frames))
