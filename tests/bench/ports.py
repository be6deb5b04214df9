"""200 requests from 200 fixed ports, each port used again at once: prints how many failed."""

import socket
import struct
import sys

FIRST, COUNT = 20000, 200


def ask(target, port):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # closed by RST, so that the port is free again, and the director's entry stays for its time
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.settimeout(0.5)
        connection.bind(("", port))
        connection.connect(target)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(12).startswith(b"HTTP/1.1 200")


def main():
    target, failed = (sys.argv[1], int(sys.argv[2])), 0
    for port in range(FIRST, FIRST + COUNT):
        try:
            failed += not ask(target, port)
        except OSError:
            failed += 1
    print(failed)


main()
