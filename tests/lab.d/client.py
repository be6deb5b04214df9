#!/usr/bin/env python3
"""A client that counts. One new connection each --every-ms, and --hold connections that stay open and
send one request each 100 ms, with --life-ms for so long, to be opened anew. Counts are in --out, rewritten as they change, until SIGTERM; gap_ms is the longest time
between the beginnings of two new connections that were answered, one after the other: what an outage looks like."""

import argparse
import os
import random
import signal
import socket
import threading
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: lab\r\n%s\r\n"


def ask(connection, last):
    """One request; the body of the answer, which is the server's name."""
    connection.sendall(REQUEST % (b"Connection: close\r\n" if last else b""))
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(head.split(b"\r\n")[0].decode(errors="replace"))
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += more(connection)
    return body.decode().strip()


def more(connection):
    data = connection.recv(4096)
    if not data:
        raise OSError("closed")
    return data


class Counts:
    def __init__(self, path):
        self.path, self.numbers, self.lock, self.written = path, {}, threading.Lock(), 0.0

    def add(self, *names):
        with self.lock:
            for name in names:
                self.numbers[name] = self.numbers.get(name, 0) + 1
            if time.monotonic() - self.written > 0.05:
                self.write()

    def longest(self, name, number):
        with self.lock:
            self.numbers[name] = max(self.numbers.get(name, 0), number)

    def write(self):
        with open(self.path + ".new", "w") as file:
            file.writelines(f"{name}={number}\n" for name, number in self.numbers.items())
        os.rename(self.path + ".new", self.path)
        self.written = time.monotonic()


def new_connections(options, counts, stop):
    answered = None
    while not stop.is_set():
        began = time.monotonic()
        try:
            with socket.create_connection(options.target, options.timeout_ms / 1000) as connection:
                counts.add("ok", ask(connection, last=True))
            counts.longest("gap_ms", round((began - (answered or began)) * 1000))
            answered = began
        except OSError as error:
            counts.add("failed")
            print(f"{time.strftime('%T')} failed: {error}", flush=True)
        stop.wait(max(0, began + options.every_ms / 1000 - time.monotonic()))


def held_connection(options, counts, stop):
    try:
        while not stop.is_set():
            hold(options, counts, stop)
    except OSError as error:
        counts.add("broken")
        print(f"{time.strftime('%T')} held connection: {error}", flush=True)


def hold(options, counts, stop):
    """One connection, for its life."""
    # some live shorter than others, so that they do not all end at one moment
    ends = time.monotonic() + random.uniform(0.5, 1) * (options.life_ms or 1e9) / 1000
    with socket.create_connection(options.target, options.timeout_ms / 1000) as connection:
        counts.add("held")
        while not stop.is_set() and time.monotonic() < ends:
            counts.add("ok", ask(connection, last=False))
            stop.wait(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="192.168.100.240:80")
    parser.add_argument("--every-ms", type=int, default=20)
    parser.add_argument("--timeout-ms", type=int, default=2000)
    parser.add_argument("--hold", type=int, default=0)
    parser.add_argument("--life-ms", type=int, default=0)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    host, _, port = options.target.rpartition(":")
    options.target = (host.strip("[]"), int(port))
    counts, stop = Counts(options.out), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threads = [threading.Thread(target=held_connection, args=(options, counts, stop)) for _ in range(options.hold)]
    if options.every_ms:
        threads.append(threading.Thread(target=new_connections, args=(options, counts, stop)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.write()


main()
