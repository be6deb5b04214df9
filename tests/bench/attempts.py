"""attempts.py ADDRESS PORT: a new connection each 10 ms, each on its own: connect, ask, wait for the answer, at most 250 ms.
One line for each: when it began (monotonic seconds), and `ok` or `failed`."""

import selectors
import socket
import struct
import sys
import time

EVERY_S, LIMIT_S = 0.010, 0.250
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
target = (sys.argv[1], int(sys.argv[2]))
waiting = {}
selector = selectors.DefaultSelector()


def begin(now):
    attempt = socket.socket()
    attempt.setblocking(False)
    attempt.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    attempt.connect_ex(target)
    waiting[attempt] = now
    selector.register(attempt, selectors.EVENT_WRITE)


def end(attempt, word):
    selector.unregister(attempt)
    attempt.close()
    print(f"{waiting.pop(attempt):.6f} {word}", flush=True)


def proceed(attempt, events):
    try:
        if events & selectors.EVENT_WRITE:
            attempt.send(REQUEST)
            selector.modify(attempt, selectors.EVENT_READ)
        else:
            end(attempt, "ok" if attempt.recv(512).startswith(b"HTTP/1.") else "failed")
    except OSError:
        end(attempt, "failed")


following = time.monotonic()
while True:
    now = time.monotonic()
    if now >= following:
        begin(now)
        following = max(following + EVERY_S, now)
    for late in [attempt for attempt, began in waiting.items() if now - began > LIMIT_S]:
        end(late, "failed")
    for key, events in selector.select(max(0, min(following - time.monotonic(), 0.05))):
        proceed(key.fileobj, events)
