"""Sends a datagram of each length to an echo service and prints the lengths that came back as they were."""
import os
import socket
import sys

endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
endpoint.settimeout(5)
endpoint.connect((sys.argv[1], int(sys.argv[2])))
for length in map(int, sys.argv[3:]):
    sent = os.urandom(length)
    endpoint.send(sent)
    if endpoint.recv(65536) == sent:
        print(length, end=" ")
print()
