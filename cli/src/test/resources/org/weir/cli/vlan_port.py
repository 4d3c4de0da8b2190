"""Makes a device a port of a VLAN by the kernel's own tagging code, for kernels without VLAN interfaces: what the
kernel sends gets a tag, what it receives with this tag loses it, and everything else is dropped.

usage: vlan_port.py DEVICE VLAN PRIORITY      until the end of the standard input
"""
import ctypes
import os
import platform
import socket
import struct
import sys

BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
SCHED_CLS, TCX_INGRESS, TCX_EGRESS = 3, 46, 47
TCX_PASS, TCX_DROP = 0, 2
VLAN_PUSH, VLAN_POP = 18, 19  # helpers, linux/bpf.h
VLAN_PRESENT, VLAN_TCI = 20, 24  # offsets in struct __sk_buff
SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    memory = ctypes.create_string_buffer(attributes, len(attributes))
    result = libc.syscall(SYSCALL, command, memory, len(attributes))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, "bpf command %d: %s" % (command, os.strerror(error)))
    return result


def instruction(code, destination=0, source=0, offset=0, immediate=0):
    return struct.pack("<BBhi", code, source << 4 | destination, offset, immediate)


def move(register, value):
    return instruction(0xB7, register, immediate=value)


def copy(to, register):
    return instruction(0xBF, to, register)


def call(helper):
    return instruction(0x85, immediate=helper)


def load32(to, register, offset):
    return instruction(0x61, to, register, offset)


EXIT = instruction(0x95)


def egress(vlan, priority):
    return [move(2, socket.htons(0x8100)), move(3, priority << 13 | vlan), call(VLAN_PUSH), move(0, TCX_PASS), EXIT]


def ingress(vlan):
    return [
        copy(6, 1),
        load32(2, 6, VLAN_PRESENT),
        instruction(0x15, 2, offset=7),  # no tag: drop
        load32(2, 6, VLAN_TCI),
        instruction(0x57, 2, immediate=0xFFF),
        instruction(0x55, 2, offset=4, immediate=vlan),  # another VLAN: drop
        copy(1, 6),
        call(VLAN_POP),
        move(0, TCX_PASS),
        EXIT,
        move(0, TCX_DROP),
        EXIT,
    ]


def attach(instructions, where, device):
    code = ctypes.create_string_buffer(b"".join(instructions))
    licence = ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    program = bpf(BPF_PROG_LOAD, struct.pack(
        "<IIQQIIQII", SCHED_CLS, len(instructions), ctypes.addressof(code), ctypes.addressof(licence),
        1, len(log), ctypes.addressof(log), 0, 0))
    return bpf(BPF_LINK_CREATE, struct.pack("<IIIIQQ", program, socket.if_nametoindex(device), where, 0, 0, 0))


device, vlan, priority = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
attach(ingress(vlan), TCX_INGRESS, device)
attach(egress(vlan, priority), TCX_EGRESS, device)
print("attached", flush=True)
sys.stdin.read()
