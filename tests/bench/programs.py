"""The programs that are measured: started, told to reload, stopped, always from an empty table."""

import os
import signal
import subprocess
import time

import kernel

WORK = os.environ["WORK"]
BIN = os.environ["LAB_BIN"]


class Program:
    """A running director. `began` is the moment just before it was started."""

    def __init__(self, name, cluster, **options):
        self.name, self.cluster = name, cluster
        self.file = f"{WORK}/{name}.conf"
        self.write(cluster, **options)
        with open(f"{WORK}/{name}.log", "w") as log:
            self.began = time.monotonic()
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.pid = self.process.pid

    def write(self, cluster, **options):
        self.cluster = cluster
        text = cluster.keepalived() if self.name == "keepalived" else cluster.director(**options)
        with open(self.file, "w") as file:
            file.write(text)
        os.chmod(self.file, 0o644)

    def command(self):
        if self.name == "keepalived":
            return ["keepalived", "-n", "-C", "-G", "-f", self.file,
                    "-p", f"{WORK}/k.pid", "-c", f"{WORK}/kc.pid"]
        return [f"{BIN}/lvs-director", "-c", self.file, "--run-dir", f"{WORK}/director", "run"]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.terminate()
        self.process.wait(120)
        clear()


namespaces = 0


def clear():
    """The machine starts anew in an empty namespace: the kernel keeps removed destinations for two minutes and
    walks through all of them for each new one, which the next measurement would pay."""
    global namespaces
    namespaces += 1
    name = f"bench{namespaces}"
    ip("netns", "add", name)
    ip("link", "set", "eth0", "netns", name)
    kernel.enter(f"/run/netns/{name}")
    for line in ("link set lo up", "link set eth0 up", "addr add 192.168.100.101/24 dev eth0",
                 "route add 10.2.0.0/16 dev eth0"):
        ip(*line.split())
    if namespaces > 1:
        ip("netns", "delete", f"bench{namespaces - 1}")
    subprocess.run(["rm", "-rf", f"{WORK}/director"], check=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def wait_for(condition, limit_s, what, program=None):
    """Asks until it is so; the time it took, seconds."""
    began = time.monotonic()
    while not condition():
        if program and program.process.poll() is not None:
            raise SystemExit(f"{program.name} ended: see {WORK}/{program.name}.log\n{tail(program.name)}")
        if time.monotonic() - began > limit_s:
            raise SystemExit(f"not within {limit_s} s: {what}\n{tail(program.name) if program else ''}")
        time.sleep(0.005)
    return time.monotonic() - began


def tail(name):
    with open(f"{WORK}/{name}.log") as file:
        return "".join(file.readlines()[-15:])


def installed(cluster):
    """A condition: every service of the cluster is in the kernel with all its real servers."""
    pending = cluster.keys()

    def condition():
        if kernel.services() < cluster.services:
            return False
        while pending and kernel.destinations(*pending[-1]) == cluster.reals:
            pending.pop()
        return not pending

    return condition


def started(name, cluster, **options):
    """A program that has installed the whole cluster, and how long that took from its start."""
    program = Program(name, cluster, **options)
    wait_for(installed(cluster), 180, "all entries installed", program)
    return program, time.monotonic() - program.began
