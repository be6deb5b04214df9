#!/usr/bin/env python3
"""Asks "who has ADDRESS" without end and counts who answers. Each question comes from another sender address, and an
answer repeats it: two answers to one question are two machines that held the address at one moment. Counts are in --out,
rewritten as they change, until SIGTERM; each change of the answer, and each unasked claim, is a line on standard output."""

import argparse
import os
import select
import signal
import socket
import struct
import time

ARP = struct.Struct("!6s6sHHHBBH6s4s6s4s")
ETH_P_ARP, REQUEST, REPLY = 0x0806, 1, 2
BROADCAST = b"\xff" * 6
QUESTIONS = 32  # sender addresses, taken in turn
SETTLED = 16  # a question is settled when that many more were asked


def text(mac):
    return ":".join(f"{byte:02x}" for byte in mac)


class Watch:
    def __init__(self, options):
        self.options = options
        self.address = socket.inet_aton(options.address)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ARP))
        self.socket.bind((options.interface, ETH_P_ARP))
        self.mac = self.socket.getsockname()[4]
        first = int.from_bytes(socket.inet_aton(options.senders), "big")
        self.senders = [(first + n).to_bytes(4, "big") for n in range(QUESTIONS)]
        self.open = {}  # sender address -> (time asked, answering hardware addresses)
        self.asked = 0
        self.counts = {"asked": 0, "none": 0, "one": 0, "two": 0, "none_ms": 0, "two_ms": 0}
        self.since = {}  # "none" or "two" -> when it began
        self.last = None
        self.claimed = None
        self.began = time.monotonic()

    def ask(self):
        sender = self.senders[self.asked % QUESTIONS]
        self.open[sender] = (time.monotonic(), set())
        frame = ARP.pack(BROADCAST, self.mac, ETH_P_ARP, 1, 0x0800, 6, 4, REQUEST, self.mac, sender, bytes(6), self.address)
        try:
            self.socket.send(frame)
        except OSError:
            pass  # our own cable is out: nobody answers
        self.asked += 1
        if self.asked > SETTLED:
            self.settle(self.senders[(self.asked - SETTLED - 1) % QUESTIONS])

    def hear(self, until):
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return
            try:
                self.frame(self.socket.recv(2048))
            except OSError:
                pass

    def frame(self, frame):
        if len(frame) < ARP.size:
            return
        _, source, _, _, _, _, _, operation, mac, sender, _, target = ARP.unpack_from(frame)
        if sender != self.address:
            return
        if operation == REPLY and target in self.open:
            self.open[target][1].add(mac)
        elif target == self.address and mac != self.claimed:
            self.claimed = mac
            self.say(f"claimed by {text(mac)}")

    def settle(self, sender):
        at, answers = self.open.pop(sender)
        kind = ("none", "one", "two")[min(len(answers), 2)]
        self.counts["asked"] += 1
        self.counts[kind] += 1
        for name in ("none", "two"):
            began = self.since.setdefault(name, at) if name == kind else self.since.pop(name, at)
            length = round((at - began) * 1000)
            self.counts[name + "_ms"] = max(self.counts[name + "_ms"], length)
        now = " ".join(sorted(map(text, answers)))
        if now != self.last:
            self.last = now
            self.say(f"answered by {now or 'nobody'}", at)
        if self.asked % 5 == 0:
            self.write()

    def say(self, line, at=None):
        print(f"{(at or time.monotonic()) - self.began:8.3f} {line}", flush=True)

    def write(self):
        with open(self.options.out + ".new", "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in self.counts.items())
            file.write(f"last={self.last}\n")
        os.rename(self.options.out + ".new", self.options.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="192.168.100.240")
    parser.add_argument("--senders", default="192.168.100.160", help="the first of 32 unused addresses of the network")
    parser.add_argument("--interface", default="eth0")
    parser.add_argument("--every-ms", type=int, default=20)
    parser.add_argument("--out", required=True)
    watch = Watch(parser.parse_args())
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    due = time.monotonic()
    while not stopped:
        watch.ask()
        due = max(due + watch.options.every_ms / 1000, time.monotonic())
        watch.hear(due)
    watch.write()


main()
