"""Weights of real servers in the tables of several machines, asked by getsockopt: cheap enough for each half millisecond."""

import ctypes
import os
import socket
import struct
import threading

IP_VS_SO_GET_DESTS = 0x484  # include/uapi/linux/ip_vs.h
CLONE_NEWNET = 0x40000000
HEAD, ENTRY, MOST = 24, 96, 64
libc = ctypes.CDLL(None, use_errno=True)
sockets = {}


def weight(machine, vip, port, rip):
    """None: not in the table."""
    buffer = ctypes.create_string_buffer(HEAD + ENTRY * MOST)
    struct.pack_into("=Hxx4sHxxII", buffer, 0, socket.IPPROTO_TCP, socket.inet_aton(vip), socket.htons(port), 0, MOST)
    size = ctypes.c_int(len(buffer))
    if libc.getsockopt(opened(machine).fileno(), socket.IPPROTO_IP, IP_VS_SO_GET_DESTS, buffer, ctypes.byref(size)) != 0:
        return None
    count = struct.unpack_from("=I", buffer, 16)[0]
    for number in range(min(count, MOST)):
        address, _, _, found = struct.unpack_from("=4sHxxIi", buffer, HEAD + ENTRY * number)
        if address == socket.inet_aton(rip):
            return found
    return None


def opened(machine):
    """A socket keeps the network namespace that it was made in; a thread goes there to make it."""
    if machine not in sockets:
        thread = threading.Thread(target=make, args=(machine,))
        thread.start()
        thread.join()
    return sockets[machine]


def make(machine):
    with open(f"/run/netns/{machine}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"enter {machine}")
    sockets[machine] = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
