"""What the kernel says: the IPVS table by its getsockopt side (cheap enough to ask often), processes by /proc."""

import ctypes
import os
import socket
import struct

IP_VS_SO_GET_INFO, IP_VS_SO_GET_SERVICE = 0x481, 0x483  # include/uapi/linux/ip_vs.h
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def enter(namespace):
    """Moves this process, and what it starts from here on, into a network namespace."""
    global raw
    with open(namespace) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"enter {namespace}")
    raw.close()
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def _ask(option, buffer):
    size = ctypes.c_int(len(buffer))
    if libc.getsockopt(raw.fileno(), socket.IPPROTO_IP, option, buffer, ctypes.byref(size)) != 0:
        return None
    return bytes(buffer)


def services():
    """How many services there are."""
    answer = _ask(IP_VS_SO_GET_INFO, (ctypes.c_char * 12)())
    return struct.unpack("=III", answer)[2] if answer else 0


def destinations(address, port):
    """How many destinations a TCP service has; -1 without the service."""
    request = struct.pack("=Hxx4sHxxI", socket.IPPROTO_TCP, socket.inet_aton(address), socket.htons(port), 0)
    answer = _ask(IP_VS_SO_GET_SERVICE, (ctypes.c_char * 104)(*request))
    return struct.unpack_from("=I", answer, 44)[0] if answer else -1


def family_of(pid):
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    found += [int(child) for child in file.read().split()]
        except FileNotFoundError:
            pass
    return found


def cpu_s(pid):
    """User and system time of a process and all below it, seconds."""
    return sum(sum(map(int, _stat(one)[11:13])) for one in family_of(pid)) / TICKS


def rss_mb(pid):
    return sum(int(_stat(one)[21]) for one in family_of(pid)) * PAGE / 1e6


def _stat(pid):
    """The fields of /proc/PID/stat after the name, so that field N of proc(5) is [N - 3]."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return ["0"] * 50


def connections_taken(machine):
    """TCP connections that a machine has accepted since it exists."""
    path = f"/proc/{machine_pid(machine)}/net/snmp"
    with open(path) as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("PassiveOpens")])


def machine_pid(machine):
    """Any process that runs on a machine."""
    here = os.stat(f"/run/netns/{machine}").st_ino
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}/ns/net").st_ino == here:
                return pid
        except OSError:
            continue
    raise SystemExit(f"nothing runs on {machine}")
