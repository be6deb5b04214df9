#!/usr/bin/env python3
"""sandbox_probe.py RUN_DIR HTTP_PORT: tries what a daemon of ours needs and what it must not be able to do, and prints a line for
each: its name, and "ok" or "refused". Every attempt leaves the machine as it was."""

import mmap
import os
import socket
import subprocess
import sys


def same_again(path):
    """Writes what is there: the kernel judges that as any other value."""
    with open(path) as file:
        value = file.read()
    with open(path, "w") as file:
        file.write(value)


def read(path):
    with open(path) as file:
        file.read()


def new_file(path):
    with open(path, "x"):
        pass
    os.unlink(path)


def listen(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()


def a_socket(*kind):
    socket.socket(*kind).close()


def talk(path):
    """D-Bus without the bus. Systemd up to 251 takes a connection from everybody and then closes it."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(path)
        client.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        if not client.recv(64).startswith(b"OK"):
            raise OSError("not let in")


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def address():
    run("ip", "address", "add", "192.0.2.77/32", "dev", "lo")
    run("ip", "address", "del", "192.0.2.77/32", "dev", "lo")


def module():
    run("modprobe", "dummy")
    run("rmmod", "dummy")


def become_root():
    os.setresuid(0, 0, 0)


def real_time():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def attempts(run_dir, port):
    sysctl = "/proc/sys/"
    return {
        "own-sysctl": lambda: same_again(sysctl + "net/ipv4/conf/all/arp_ignore"),
        "forwarding-sysctl": lambda: same_again(sysctl + "net/ipv4/ip_forward"),
        "kernel-sysctl": lambda: same_again(sysctl + "kernel/printk_ratelimit"),
        "vm-sysctl": lambda: same_again(sysctl + "vm/swappiness"),
        "address": address,
        "read-shadow": lambda: read("/etc/shadow"),
        "write-etc": lambda: new_file("/etc/lvs-sandbox-probe"),
        "write-run-dir": lambda: new_file(run_dir + "/sandbox-probe"),
        "listen-own-port": lambda: listen(int(port)),
        "listen-elsewhere": lambda: listen(9999),
        "listen-privileged-port": lambda: listen(81),
        "raw-socket": lambda: a_socket(socket.AF_INET, socket.SOCK_RAW, 112),
        "packet-socket": lambda: a_socket(socket.AF_PACKET, socket.SOCK_RAW),
        "load-module": module,
        "talk-to-systemd": lambda: talk("/run/systemd/private"),
        "signal-others": lambda: os.kill(1, 0),
        "see-others": lambda: read("/proc/1/comm"),
        "writable-code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close(),
        "real-time": real_time,
        # last: it would change what comes after it
        "become-root": become_root,
    }


def main():
    for name, attempt in attempts(*sys.argv[1:]).items():
        try:
            attempt()
            print(name, "ok", flush=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(name, "refused", flush=True)
            print(f"{name}: {error}", file=sys.stderr, flush=True)


main()
