#!/usr/bin/env python3
"""Measures the time between the adverts of one VRRP router, as they arrive here, until SIGTERM: advert_gaps.py ADDRESS."""

import signal
import socket
import struct
import sys

SO_TIMESTAMPNS = 35
GROUP = "224.0.0.18"


def main():
    sender = socket.inet_aton(sys.argv[1])
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
    on_eth0 = struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4), socket.if_nametoindex("eth0"))  # struct ip_mreqn
    raw.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, on_eth0)
    raw.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    gaps, last = [], None

    def finish(*_):
        gaps.sort()
        at = lambda share: gaps[min(len(gaps) - 1, int(len(gaps) * share))] * 1000 if gaps else 0
        print(f"adverts of {sys.argv[1]}: {len(gaps) + 1}, between two of them median {at(0.5):.1f} ms, "
              f"99 % within {at(0.99):.1f} ms, 99.9 % within {at(0.999):.1f} ms, at most {at(1):.1f} ms", flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, finish)
    while True:
        packet, control, _, _ = raw.recvmsg(2048, 256)
        if packet[12:16] != sender:
            continue
        # the kernel's time of arrival: this program may be late, the packet was not
        seconds, nanoseconds = struct.unpack("ll", control[0][2])
        now = seconds + nanoseconds / 1e9
        if last is not None:
            gaps.append(now - last)
        last = now


main()
