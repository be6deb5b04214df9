"""What the kernel of a machine has, of that which an agent or a director may change."""

import json
import os
import subprocess

VIP = "192.168.100.240"
CONF = "/proc/sys/net/ipv4/conf"
VS = "/proc/sys/net/ipv4/vs"
ARP = ("arp_ignore", "arp_announce", "rp_filter", "accept_local")


def kernel():
    """Of any host: addresses and sysctls."""
    addresses = json.loads(ip("-4", "-j", "addr", "show"))
    return {
        "addresses": sorted(f"{one['local']}/{one['prefixlen']} {link['ifname']} {one.get('label', '')}"
                            for link in addresses for one in link["addr_info"]),
        "sysctls": {f"{name}.{key}": read(f"{CONF}/{name}/{key}") for name in ("all", "default", "lo", "eth0") for key in ARP},
    }


def with_ipvs():
    """The same and the table, with its settings."""
    seen = kernel()
    table = subprocess.run(["ipvsadm", "-Sn"], capture_output=True, text=True, check=True).stdout
    settings = {f"vs.{name}": read(f"{VS}/{name}") for name in os.listdir(VS) if os.access(f"{VS}/{name}", os.R_OK)}
    return seen | {"table": sorted(table.splitlines()), "sysctls": seen["sysctls"] | settings}


def ip(*argv, text=None):
    done = subprocess.run(["ip", *argv], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def read(path):
    with open(path) as file:
        return file.read().strip()


def write(path, value):
    with open(path, "w") as file:
        file.write(value)
