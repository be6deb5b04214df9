#!/usr/bin/env python3
"""Prints each command that anyone in this network namespace sends to the IPVS netlink family and that writes:
one line each, `ready` first. Listens on an nlmon interface, so it asks nobody's word."""

import socket
import struct
import subprocess

GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
NETLINK_GENERIC, NLM_F_REQUEST = 16, 1
# include/uapi/linux/ip_vs.h
WRITES = {1: "NEW_SERVICE", 2: "SET_SERVICE", 3: "DEL_SERVICE", 5: "NEW_DEST", 6: "SET_DEST", 7: "DEL_DEST",
          9: "NEW_DAEMON", 10: "DEL_DAEMON", 12: "SET_CONFIG", 16: "ZERO", 17: "FLUSH"}


def ipvs_family():
    """The family's number, from the generic-netlink controller."""
    name = b"IPVS\0"
    attribute = struct.pack("=HH", 4 + len(name), CTRL_ATTR_FAMILY_NAME) + name.ljust(8, b"\0")
    body = struct.pack("=BBH", CTRL_CMD_GETFAMILY, 1, 0) + attribute
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as control:
        control.send(struct.pack("=IHHII", 16 + len(body), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0) + body)
        answer = control.recv(65536)
    at = 20
    while at + 4 <= len(answer):
        length, kind = struct.unpack_from("=HH", answer, at)
        if kind == CTRL_ATTR_FAMILY_ID:
            return struct.unpack_from("=H", answer, at + 4)[0]
        at += (length + 3) & ~3
    raise SystemExit("no IPVS family: modprobe ip_vs")


def writes(packet, family):
    at = 0
    while at + 20 <= len(packet):
        length, kind, flags = struct.unpack_from("=IHH", packet, at)
        if kind == family and flags & NLM_F_REQUEST and packet[at + 16] in WRITES:
            yield WRITES[packet[at + 16]]
        at += max(16, (length + 3) & ~3)


def main():
    family = ipvs_family()
    subprocess.run("ip link show ipvs-writes || ip link add ipvs-writes type nlmon && ip link set ipvs-writes up",
                   shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        tap.bind(("ipvs-writes", 3))
        print("ready", flush=True)
        while True:
            for name in writes(tap.recv(1 << 20), family):
                print(name, flush=True)


main()
