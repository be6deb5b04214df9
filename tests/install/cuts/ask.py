#!/usr/bin/env python3
"""ask.py agent|director prepared|untouched: whether this host is, and everything that can be asked of it says so. What is not so
is told. Prepared it is by what `ask.py … file` prints or its like; untouched is a host without such a file."""

import subprocess
import sys
import time

import facts
from sides import Agent, Director, Half
from voices import Contradiction

PATIENCE = 120  # seconds after a boot


class ThisHost:
    root = ""

    @staticmethod
    def run(*argv, timeout=60):
        try:
            done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        except OSError as error:  # no such program, or not a whole one
            return 126, str(error)
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def kernel():
        return facts.kernel()


def main():
    side = {"agent": Agent, "director": Director}[sys.argv[1]]()
    match sys.argv[2]:
        case "file":
            print(side.text, end="")
        case "prepared":
            tell(side, prepared(side))
        case "untouched":
            tell(side, side.voices.agree(ThisHost, lambda: side.observed(ThisHost), accepted=False, runs=False))


def prepared(side):
    end = time.monotonic() + PATIENCE
    while not side.voices.prepared(side.observed(ThisHost)):
        if time.monotonic() >= end:
            raise Half(f"this host is not prepared: {side.observed(ThisHost)}")
        time.sleep(0.2)
    return side.voices.agree(ThisHost, lambda: side.observed(ThisHost), accepted=True, runs=True)


def tell(side, heard):
    print(f"{side.package}, {sys.argv[2]}: {', '.join(heard) or 'nothing is there to be asked'}")


if __name__ == "__main__":
    try:
        main()
    except (Half, Contradiction) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
