#!/usr/bin/env python3
"""ask.py SIDE voices: this host, whose daemon runs with the file of `ask.py SIDE file`, says what it is, or the contradiction is
told. SIDE is `agent` or `director`."""

import subprocess
import sys

import facts
from sides import Agent, Director


class ThisHost:
    root = ""

    @staticmethod
    def run(*argv, timeout=60):
        done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def kernel():
        return facts.kernel()


def main():
    side = {"agent": Agent, "director": Director}[sys.argv[1]]()
    if sys.argv[2] == "file":
        print(side.text, end="")
        return
    host = ThisHost()
    heard = side.voices.agree(host, lambda: side.observed(host), True, True)
    print(f"{side.package}: {', '.join(heard)} agree that this host is prepared")


if __name__ == "__main__":
    main()
