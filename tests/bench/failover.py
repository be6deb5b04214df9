"""What a client loses when the VIP moves: two keepalived, then two lvs-director, with the same faults at random moments of
the advert interval. A new connection each 10 ms; outage is the longest time between the beginnings of two good ones."""

import os
import random
import statistics
import sys
import time

import table
from pair import FAST, SLOW, Client, Held, Pair

RUNS = int(os.environ.get("BENCH_RUNS", "10"))
BOTH = os.environ.get("BENCH_PROGRAMS", "keepalived director").split()
CONNECTIONS = 10
# words that an event must have in its name to be measured, for a closer look
ONLY = os.environ.get("BENCH_EVENTS", "")
TIMINGS = [timing for timing in (FAST, SLOW) if timing.words[:2] in os.environ.get("BENCH_TIMINGS", "v2 v3")]


class Event:
    """One kind of fault: what it does, what brings everything back, and which of both are measured."""

    def __init__(self, word, fault, back, back_word=None, target="", back_target="", cut_s=3.0):
        self.word, self.fault, self.back, self.back_word = word, fault, back, back_word
        self.target, self.back_target, self.cut_s = target, back_target, cut_s


EVENTS = [
    Event("director loses power", Pair.power_off, Pair.power_on, "it returns and preempts",
          "never worse", "no failed request"),
    Event("cable pulled", Pair.unplug, Pair.plug, "cable back, preempts", "never worse", "no failed request"),
    Event("silent cut", Pair.cut, Pair.heal, "partition heals", "never worse", "under 0.1 s"),
    Event("graceful stop", Pair.terminate, Pair.start_first, "it returns and preempts", "no failed request",
          "no failed request"),
    Event("daemon killed with kill -9, machine alive", Pair.kill, Pair.start_first, "next start", "no failed request",
          "no failed request"),
]


def bench_failover():
    for timing in TIMINGS:
        measured = {}
        for name in BOTH:
            measure(name, timing, measured)
        for word, target in ((w, t) for e in chosen() for w, t in ((e.word, e.target), (back_word(e), e.back_target))):
            values = measured.get(word, {})
            table.line(f"{word}, {timing.words}", *cells(values), target)


def chosen():
    return [event for event in EVENTS if ONLY in event.word]


def back_word(event):
    return f"{event.back_word}, after: {event.word}"


def measure(name, timing, measured):
    """All events in the life of one pair, in turns."""
    pair = Pair(name, timing)
    pair.start()
    with Client() as client:
        for run in range(RUNS):
            for event in chosen():
                time.sleep(random.random() * timing.interval_s)
                began = time.monotonic()
                event.fault(pair)
                note(measured, event.word, name, client.outage(began, timing.patience_s))
                time.sleep(event.cut_s)
                began = time.monotonic()
                event.back(pair)
                if not pair.settle():
                    print(f"{name}: did not come back to its first state by itself after: {event.word}", flush=True)
                note(measured, back_word(event), name, client.outage(began, 1.0))
                client.recover()
            print(f"{name}, {timing.words}: run {run + 1} of {RUNS}", flush=True)
    pair.stop()


def note(measured, word, name, outcome):
    measured.setdefault(word, {}).setdefault(name, []).append(outcome)


def cells(values):
    """keepalived, lvs-rs, ratio: median outage, worst outage, median of failed requests and their most."""
    medians, texts = {}, {}
    for name in ("keepalived", "director"):
        outcomes = values.get(name)
        if not outcomes:
            texts[name] = "-"
            continue
        outages, failed = [o for o, _ in outcomes], [f for _, f in outcomes]
        medians[name] = statistics.median(outages)
        texts[name] = (f"{medians[name]:.3f} s (worst {max(outages):.3f}), "
                       f"{statistics.median(failed):.0f} failed (most {max(failed)})")
    ratio = "-"
    if len(medians) == 2 and medians["keepalived"]:
        ratio = f"{medians['director'] / medians['keepalived']:.2f}"
    return texts["keepalived"], texts["director"], ratio


def bench_connections():
    """Established connections that break at a failover and at the way back, with the sync daemon of each."""
    for synced in (False, True):
        broken, words = {}, "with sync daemon" if synced else "no sync daemon"
        for name in BOTH:
            for _ in range(3):
                for word, fault, back in (("power loss", Pair.power_off, Pair.power_on),
                                          ("graceful stop", Pair.terminate, Pair.start_first)):
                    there, returned = connections_broken(name, synced, fault, back)
                    note(broken, f"at {word}", name, there)
                    note(broken, f"at the way back after {word}", name, returned)
        for word, values in broken.items():
            texts = [f"{max(values[name])} of {CONNECTIONS}" if name in values else "-" for name in ("keepalived", "director")]
            table.line(f"established connections lost {word}, {words} (most of 3)", *texts, "-", "0" if synced else "")


def connections_broken(name, synced, fault, back):
    pair = Pair(name, FAST, sync=synced)
    pair.start()
    with Held(CONNECTIONS) as held:
        time.sleep(8)  # a connection is told to the peer after some packets of its own
        fault(pair)
        time.sleep(3)
        first = held.broken()
        back(pair)
        pair.settle()
        time.sleep(3)
        second = held.broken() - first
    pair.stop()
    return first, second


def bench_instances():
    """CPU of 100 virtual routers at 100 ms adverts, master and backup."""
    cpu = {"master": {}, "backup": {}}
    for _ in range(3):
        for name in BOTH:
            pair = Pair(name, FAST, routers=100)
            pair.start()
            time.sleep(5)
            before = [pair.cpu_s(one) for one in pair.names]
            time.sleep(20)
            for role, one, spent in zip(cpu, pair.names, before):
                cpu[role].setdefault(name, []).append((pair.cpu_s(one) - spent) / 20 * 100)
            pair.stop()
    for role, values in cpu.items():
        table.row(f"CPU of 100 virtual routers at 100 ms adverts, {role}", "%", values, "at most keepalived's")


def main():
    parts = {name.removeprefix("bench_"): part for name, part in globals().items() if name.startswith("bench_")}
    for name in sys.argv[1:] or parts:
        print(f"measuring: {name}", flush=True)
        parts[name]()
    table.finish()


main()
