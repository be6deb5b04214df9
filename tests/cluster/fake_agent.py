#!/usr/bin/env python3
"""An agent that lies or is broken: MODE ADDRESS:PORT VIP. Modes: garbage, endless (one line), flood (good events without end), slow
(1 byte a second), flapping (100 turns a second), other (another VIP's state), unready (all is not ready), clocks (times that jump),
old (the format before it had a number, heartbeats without words), ready."""

import json
import os
import socket
import sys
import threading
import time

HEAD = b"HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


def vip(address, ready, **more):
    steps = [{"step": "sysctls", "ok": True, "reason": None, "note": None},
             {"step": "address", "ok": ready, "reason": None if ready else f"{address} is not on lo", "note": None},
             {"step": "tcp/80", "ok": True, "reason": None, "note": None}]
    return {"address": address, "device": "lo", "ready": ready, "reason": None if ready else f"address: {address} is not on lo",
            "barred": None, "draining_since": None, "owned": True, "steps": steps, **more}


def status(vips, **more):
    return {"version": "0.1.0", "ready": all(one["ready"] for one in vips), "draining_since": None, "contested": False,
            "vips": vips, "repairs": {"addresses": 0, "sysctls": 0, "devices": 0}, "problems": [], **more}


def state(vips, **more):
    return b"event: state\ndata: " + json.dumps(status(vips, **more)).encode() + b"\n\n"


def numbered(seq):
    return {"format": 1, "host": "rs02", "instance": "0123456789abcdef", "seq": seq}


BEAT = b"event: heartbeat\ndata: 100\n\n"


def garbage(send, address):
    while True:
        send(os.urandom(4096))
        time.sleep(0.01)


def endless(send, address):
    send(HEAD + b"event: state\ndata: ")
    while True:
        send(b"x" * 65536)


def flood(send, address):
    send(HEAD)
    good = state([vip(address, True)], **numbered(1))
    while True:
        send(good * 50)


def slow(send, address):
    for byte in HEAD + state([vip(address, True)], **numbered(1)) * 100:
        send(bytes([byte]))
        time.sleep(1)


def flapping(send, address):
    send(HEAD)
    seq = 0
    while True:
        seq += 1
        send(state([vip(address, seq % 2 == 0)], **numbered(seq)))
        time.sleep(0.01)


def steady(send, first, beat=BEAT, pause=0.1):
    send(HEAD + first)
    while True:
        time.sleep(pause)
        send(beat)


def other(send, address):
    steady(send, state([vip("192.168.100.250", True)], **numbered(1)))


def unready(send, address):
    steady(send, state([vip(address, False)], **numbered(1)))


def ready(send, address):
    steady(send, state([vip(address, True)], **numbered(1)))


def clocks(send, address):
    send(HEAD)
    for seq in range(1, 10**9):
        jump = (0, 2**63 - 1, 1, 4102444800)[seq % 4]
        send(state([vip(address, True)], **numbered(seq), problems_since=jump))
        time.sleep(0.1)


def old(send, address):
    steady(send, state([vip(address, True)]), beat=b"event: heartbeat\ndata: \n\n", pause=1)


def serve(connection, mode, address):
    try:
        with connection:
            connection.recv(4096)
            globals()[mode](connection.sendall, address)
    except OSError as error:
        print(f"gone: {error}", flush=True)


def main():
    mode, at, address = sys.argv[1:]
    host, _, port = at.rpartition(":")
    with socket.create_server((host, int(port))) as listener:
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            print("followed", flush=True)
            threading.Thread(target=serve, args=(connection, mode, address), daemon=True).start()


main()
