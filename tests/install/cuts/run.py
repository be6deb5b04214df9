#!/usr/bin/env python3
"""Power cuts: run.py --root DIR --packages DIR --work DIR [--seed N] SIDE:OPERATION[:PACKAGER]=RUNS…

Each run has a machine of its own, in which an operation is cut before a write chosen by chance, or at a moment chosen by
chance; then the machine starts again, must be wholly prepared or wholly untouched and say so, and the same operation must
then come to its end. Half of the disks are an ext4 that forgets what had not been
written. A failed run is repeated by `--only SEED` with the seed it prints."""

import argparse
import collections
import multiprocessing
import os
import random
import shutil
import sys
import time

import director_for_agents
from disk import Disk, RealDisk, empty_image
from machine import power_on
from operations import BARE, ENABLED, STEPS, operation
from packagers import PACKAGERS
from sides import PATIENCE, Agent, Director, Half
from tracer import Cut

ENOUGH = 100  # cuts, of which some must have lost something
SIDES = {"agent": Agent(), "director": Director()}


class Runs:
    """All runs of one operation on one side."""

    def __init__(self, side, what, packager, options):
        self.side, self.what, self.packager, self.options = side, what, packager, options
        self.follower = what.follower and side.followed
        self.name = f"{side.package}-{what.name}" + ("" if packager.name == "dpkg" else f"-{packager.name}")
        self.writes = self.seconds = 0

    def measure(self, below):
        """One run without a cut: how many writes there are, and how long it takes."""
        disk = self._disk("measured", below)

        def life(machine):
            self._before(machine)
            machine.tracer.count_from_here()
            began = time.monotonic()
            status = machine.traced(self.shell(self.what.script))
            return status, machine.tracer.writes, time.monotonic() - began

        status, self.writes, self.seconds = power_on(disk, life)
        if status or not self.writes:
            raise Half(f"{self.name} without a cut ended with {status} after {self.writes} writes")
        # the daemons themselves write nothing to a disk, so nothing of theirs can be lost or be half there
        if not self.what.lasts and (written := disk.written()):
            raise Half(f"{self.what.name} wrote to the disk: {written}")
        verdict = power_on(disk, self._next_start)
        wanted = self.what.ends if self.what.lasts else ("prepared" if self.what.start == ENABLED else "untouched")
        if verdict["state"] != wanted:
            raise Half(f"{self.what.name} without a cut left the host {verdict['state']}")
        shutil.rmtree(disk.path)

    def one(self, below, seed):
        chance = random.Random(f"{self.name} {seed}")
        kind = chance.choice(["write", "write", "write", "clock"] + ["kill"] * 2 * self.what.kill)
        real = kind != "kill" and chance.choice([True, False])
        # a little past the last one too: what is done must stay done
        at = chance.randint(1, self.writes + 1 + self.writes // 20)
        after = chance.uniform(0, self.seconds * 1.1)
        disk = self._disk(str(seed), below, real=real)
        verdict = {"kind": kind}
        verdict |= power_on(disk, lambda machine: self._until_cut(machine, kind, at, after))
        if kind != "kill":
            verdict |= power_on(disk, self._next_start)
        shutil.rmtree(disk.path)
        return verdict

    # -- lives of machines

    def _followed(self, pause):
        end = time.monotonic() + PATIENCE
        while self.follower and not director_for_agents.HEARD.is_set():
            if time.monotonic() >= end:
                raise Half("the agent answers no director")
            pause(0.05)

    def _before(self, machine):
        self._operators_file(machine)
        machine.before = self.side.observed(machine)
        if self.follower:
            director_for_agents.follow_for_ever()
        status = machine.traced("systemctl boot")
        if status:
            raise Half(f"the machine before the cut did not start: {status}")
        if self.what.start == ENABLED:
            def pause(seconds):
                machine.traced(f"sleep {seconds}")  # what is traced goes on only while something traced is run

            self.side.wait_for(machine, self.side.prepared(machine.before), pause=pause)
            self._followed(pause)

    def _until_cut(self, machine, kind, at, after):
        self._before(machine)
        machine.say(f"{self.what.name}, cut by {kind}: write {at}, second {after:.3f}")
        if kind == "clock":
            machine.cut_after(after, {"cut": f"after {after:.3f} s"})
            machine.traced(self.shell(self.what.script))
            return {"cut": "after the end"} | machine.power_lost()
        machine.tracer.count_from_here(at)
        cut = "after the end"
        try:
            machine.traced(self.shell(self.what.script))
        except Cut as moment:
            cut = str(moment)
        machine.say(cut)
        if kind == "kill":
            machine.kill_all()
            return {"cut": cut} | self._kernel_goes_on(machine)
        return {"cut": cut} | machine.power_lost()

    def _next_start(self, machine):
        """After a power cut."""
        machine.say("next start")
        self._operators_file(machine)
        machine.before = self.side.observed(machine)
        machine.boot()
        state, who = self.side.judge(machine, self.packager)
        if self.follower and state == "prepared":
            director_for_agents.follow_for_ever()
            self._followed(time.sleep)
        self._to_its_end(machine, started=state == "prepared")
        return {"state": state, "who": ", ".join(who)}

    def _kernel_goes_on(self, machine):
        """After the end of all processes: what is there is taken up, and nothing of it is lost sight of."""
        machine.say("next start")
        self.side.safe(self.side.observed(machine))
        # perhaps half of it is there, and that is what is said
        self.side.voices_agree(machine, runs=False)
        machine.boot()
        self._to_its_end(machine)
        self._undone(machine)
        return {"state": "taken up", "who": "cleanup"}

    def _operators_file(self, machine):
        operators_file(machine, self.side)

    def _to_its_end(self, machine, started=True):
        machine.say("once more")
        machine.plain(self.shell("repair"))
        if self.what.ends == "prepared" and self.what.start == ENABLED and not started:
            machine.plain(self.shell("systemctl start $P"))  # no package starts what does not run
        status = machine.plain(self.shell(self.what.script))
        if status:
            raise Half(f"{self.what.name} once more ended with {status}")
        before = machine.before
        wanted = before if self.what.ends == "untouched" else getattr(self.side, self.what.ends)(before)
        self.side.wait_for(machine, wanted)
        broken = self.packager.broken(machine, self.side.package)
        revision = self.packager.revision(machine, self.side.package)
        if revision != self.what.revision or (revision and broken):
            raise Half(f"{self.what.name} once more: revision {revision}; {broken}")
        if self.what.name == "purge" and (left := self.side.left_behind(machine)):
            raise Half(f"purge once more leaves {left}")

    def _undone(self, machine):
        """`cleanup` after all that brings the kernel back to what it was, so nothing ours was forgotten."""
        if not self.what.revision:
            return
        package = self.side.package
        machine.plain(f"systemctl stop {package}; {package} cleanup")
        self.side.wait_for(machine, machine.before)

    def shell(self, script):
        return shell(self.side, self.packager, script)

    def _disk(self, name, below, real=False):
        path = os.path.join(self.options.work, f"{self.name}-{name}")
        if real and self.options.empty:
            return RealDisk(path, below, self.options.packages, self.options.empty)
        return Disk(path, below, self.options.packages)


def shell(side, packager, script):
    return f"set -e; P={side.package} C={side.config}; {packager.shell}\n{script}"


def operators_file(machine, side):
    with open(machine.root + "/tmp/config.toml", "w") as file:
        file.write(side.text)


def layers(side, packager, options):
    """What the disks hold before: nothing of ours, installed, enabled."""
    found, below = {}, [options.root]
    for name, script in [(BARE, packager.begin), *STEPS]:
        disk = Disk(os.path.join(options.work, f"{side.package}-{packager.name}-{name}"), below, options.packages)
        if script:
            filled(disk, side, packager, script)
            below = disk.layers
        found[name] = below
    return found


def filled(disk, side, packager, script):
    whole = shell(side, packager, script)
    status = power_on(disk, lambda machine: operators_file(machine, side) or machine.plain(whole))
    if status:
        with open(disk.path + "/log") as log:
            raise Half(f"{disk.path}: {status}: {log.read()}")


def main():
    options = arguments()
    print(f"cuts: seed {options.seed}", flush=True)
    options.empty = empty_image(options.work + "/empty")
    wanted = [runs_of(word, options) for word in options.runs]
    disks = {pair: layers(*pair, options) for pair in dict.fromkeys((runs.side, runs.packager) for runs, _ in wanted)}
    tasks = [(runs, disks[runs.side, runs.packager][runs.what.start], number) for runs, number in wanted]
    with multiprocessing.get_context("fork").Pool(options.at_once) as pool:
        failed = measure(pool, tasks)
        failed += run(pool, tasks, options) if not failed else 0
    return 1 if failed else 0


def runs_of(word, options):
    name, _, number = word.partition("=")
    side, what, *packager = name.split(":")
    return Runs(SIDES[side], operation(what), PACKAGERS["".join(packager) or "dpkg"], options), int(number)


def measure(pool, tasks):
    measured = pool.starmap(measured_or_why, [(runs, below) for runs, below, _ in tasks])
    for (runs, _, _), (writes, seconds, error) in zip(tasks, measured):
        runs.writes, runs.seconds = writes, seconds
        if error:
            print(f"FAILED {runs.name}: {error}", flush=True)
            show(runs, "measured")
    return sum(1 for one in measured if one[2])


def measured_or_why(runs, below):
    try:
        runs.measure(below)
    except (RuntimeError, OSError) as error:
        return 0, 0, str(error)
    return runs.writes, runs.seconds, None


def run(pool, tasks, options):
    """All runs of all operations mixed: some mostly wait."""
    seeds = [options.only] if options.only else None
    mixed = [(index, runs, below, seed) for index, (runs, below, number) in enumerate(tasks)
             for seed in seeds or range(options.seed * 1000, options.seed * 1000 + number)]
    random.Random(options.seed).shuffle(mixed)
    tallies = [collections.Counter() for _ in tasks]
    lost = 0
    for index, seed, verdict, error in pool.imap_unordered(one, mixed):
        runs = tasks[index][0]
        if error:
            print(f"FAILED {runs.name}, --only {seed}: {error}", flush=True)
            show(runs, seed)
        lost += not error and bool(verdict.get("lost"))
        key = "failed" if error else f"{verdict['state']} ({verdict['who']})"
        tallies[index][key] += 1
        if options.verbose and not error:
            files = f", {verdict['lost']} files lost" if verdict.get("lost") else ""
            print(f"  {runs.name} {seed}, {verdict['kind']}, {verdict['cut']}{files}: {key}", flush=True)
    for (runs, _, _), tally in zip(tasks, tallies):
        told = ", ".join(f"{count} {key}" for key, count in sorted(tally.items()))
        print(f"{runs.name}: {tally.total()} cuts in {runs.writes} writes: {told}", flush=True)
    failed = sum(tally["failed"] for tally in tallies)
    print(f"cuts: {len(mixed) - failed} passed, {failed} failed; {lost} lost files of the disk", flush=True)
    if options.empty and len(mixed) >= ENOUGH and not lost:
        raise Half("no cut lost anything: that disks forget is not tried here")
    return failed


def one(task):
    index, runs, below, seed = task
    try:
        return index, seed, runs.one(below, seed), None
    except (RuntimeError, OSError) as error:
        return index, seed, None, str(error)


def show(runs, seed):
    path = os.path.join(runs.options.work, f"{runs.name}-{seed}", "log")
    with open(path, errors="replace") as log:
        for line in log.read().splitlines()[-40:]:
            print(f"    {line}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("root", "packages", "work"):
        parser.add_argument("--" + name, required=True, type=os.path.abspath)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(1, 10 ** 6))
    parser.add_argument("--only", type=int)
    parser.add_argument("--at-once", type=int, default=4 * os.cpu_count())
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("runs", nargs="+", metavar="SIDE:OPERATION[:PACKAGER]=RUNS")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
