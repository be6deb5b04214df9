#!/usr/bin/env python3
"""Sends VRRP packets of every length from 0 to 1,500 bytes to ADDRESS, with TTL 255 as a router would: random bytes, and
packets that are almost right. The seed is the second argument; one line, `sent N`, at the end."""

import random
import socket
import struct
import sys

address, seed = sys.argv[1], int(sys.argv[2])
chance = random.Random(seed)
LARGEST = 1480  # an Ethernet frame less the IPv4 header


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def almost_right(length):
    """A version 2 advert with a good checksum, cut or grown to the length, one byte of it anything."""
    head = struct.pack("!BBBBBBH", 0x21, 51, chance.choice((0, 1, 90, 200, 255)), chance.choice((0, 1, 255)), 0, 1, 0)
    packet = bytearray((head + socket.inet_aton("192.168.100.240") + bytes(8)).ljust(length, b"\0")[:length])
    if packet:
        packet[chance.randrange(len(packet))] = chance.randrange(256)
    if length >= 8:
        packet[6:8] = b"\0\0"
        packet[6:8] = struct.pack("!H", checksum(bytes(packet)))
    return bytes(packet)


def main():
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sent = 0
    with socket.socket(family, socket.SOCK_RAW, 112) as out:
        if family == socket.AF_INET:
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
            out.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
            target = (address, 0)
        else:
            out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
            target = (address, 0, 0, socket.if_nametoindex("eth0"))
        out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        for length in range(1501):
            for packet in (chance.randbytes(min(length, LARGEST)), almost_right(min(length, LARGEST))):
                # with the version and VRID of somebody who is there, so that it gets further
                if len(packet) > 2 and chance.random() < 0.5:
                    packet = bytes((chance.choice((0x21, 0x31)), 51)) + packet[2:]
                try:
                    out.sendto(packet, target)
                    sent += 1
                except OSError:
                    pass  # the queue is full, or it is too long
    print("sent", sent, flush=True)


main()
