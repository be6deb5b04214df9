#!/usr/bin/env python3
"""Hostile HTTP clients: garbage, headers that never end, 1,000 connections that stay and say nothing."""

import os
import signal
import socket
import sys

host, _, port = sys.argv[1].rpartition(":")


def connect():
    try:
        return socket.create_connection((host, int(port)), 5)
    except OSError as error:
        print(f"refused: {error}", flush=True)
        return None


def say(connection, data):
    try:
        if connection:
            connection.sendall(data)
    except OSError:
        pass


def main():
    for size in (1, 100, 100_000):
        say(connect(), os.urandom(size))
    say(connect(), b"GET /healthz HTTP/1.1\r\n" + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n")
    say(connect(), b"POST /healthz HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n")
    slow = [connect() for _ in range(20)]
    for connection in slow:
        say(connection, b"GET /healthz HTTP/1.1\r\nHost: lab\r\nX-Slow: ")
    idle = [connect() for _ in range(1000)]
    print("ready", sum(1 for connection in idle if connection), flush=True)
    signal.pause()


main()
