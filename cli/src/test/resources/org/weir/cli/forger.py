"""A name server on 10.10.10.1:53 that says false things before the true ones, which another one on port 5353 has.

Forged before each answer: one with another number, one about another name, one from another port.
"""
import socket
import struct

FALSE = bytes([192, 0, 2, 66])

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("10.10.10.1", 53))
stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
stranger.bind(("10.10.10.1", 54))
behind = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
behind.settimeout(5)
print("ready", flush=True)


def forged(question, number):
    end = 12
    while question[end] != 0:
        end += 1 + question[end]
    end += 5
    head = struct.pack("!HHHHHH", number, 0x8180, 1, 1, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + FALSE
    return head + question[12:end] + record


while True:
    question, client = server.recvfrom(4096)
    number = struct.unpack("!H", question[:2])[0]
    for delta in (1, 2, 0x8000):
        server.sendto(forged(question, (number + delta) & 0xFFFF), client)
    other = bytearray(forged(question, number))
    other[13] ^= 1
    server.sendto(bytes(other), client)
    stranger.sendto(forged(question, number), client)
    behind.sendto(question, ("10.10.10.1", 5353))
    server.sendto(behind.recv(4096), client)
