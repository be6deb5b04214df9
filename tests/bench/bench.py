"""Measures the director beside keepalived and `ipvsadm --restore`, in one boot, one after the other in turns."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request

import kernel
import table
from clusters import Cluster
from programs import BIN, WORK, clear, installed, started, wait_for
from table import row

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
DISTINCT = bool(os.environ.get("BENCH_DISTINCT"))
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1000 2000 4000").split()]
BOTH = os.environ.get("BENCH_PROGRAMS", "keepalived director").split()
CHECKED_S = 10


def in_turns(measure, runs=RUNS, programs=None):
    values = {}
    for _ in range(runs):
        for name in programs or BOTH:
            values.setdefault(name, []).append(measure(name))
    return values


def bench_start():
    for size in sorted({SIZES[0], SIZES[-1]}):
        cluster = Cluster(size, 4, distinct=DISTINCT)
        cpu, rss = {}, {}

        def measure(name):
            program, seconds = started(name, cluster)
            cpu.setdefault(name, []).append(kernel.cpu_s(program.pid))
            time.sleep(5)
            rss.setdefault(name, []).append(kernel.rss_mb(program.pid))
            program.stop()
            return seconds

        walls = in_turns(measure)
        restored = {"ipvsadm": [restore(cluster) for _ in range(RUNS)], "director": walls.get("director")}
        row(f"start to all entries installed, {size} x 4", "s", walls, "half")
        row(f"the same beside `ipvsadm --restore`, {size} x 4", "s", restored, "no slower")
        row(f"CPU until then, {size} x 4", "s", cpu)
        row(f"RSS, {size} x 4", "MB", rss, "under 20 MB" if size == 4000 else "", 1)


def restore(cluster):
    with open(f"{WORK}/rules", "w") as file:
        file.write(cluster.ipvsadm())
    with open(f"{WORK}/rules") as file:
        began = time.monotonic()
        subprocess.run(["ipvsadm", "--restore"], stdin=file, check=True)
        seconds = time.monotonic() - began
    wait_for(installed(cluster), 10, "rules restored")
    clear()
    return seconds


def bench_reload():
    for size in SIZES:
        larger = Cluster(size + 1, 4, distinct=DISTINCT)
        writes = []

        def measure(name):
            program, _ = started(name, Cluster(size, 4, distinct=DISTINCT))
            time.sleep(10)  # the first checks and the first look at the table are over
            program.write(larger)
            recorder = Recorder() if name == "director" else None
            program.reload()
            key = larger.keys()[-1]
            seconds = wait_for(lambda: kernel.destinations(*key) == 4, 300, "service added", program)
            if recorder:
                writes.append(recorder.end())
            program.stop()
            return seconds

        target = "under 0.1 s" if size == 4000 else ""
        row(f"reload that adds one service, {size} x 4", "s", in_turns(measure), target)
        print(f"IPVS writes of each reload of lvs-director: {writes}")


class Recorder:
    """IPVS write commands between its making and `end`, as nlmon sees them."""

    def __init__(self):
        script = os.path.join(os.environ["LAB_REPO"], "tests/lab.d/ipvs_writes.py")
        self.process = subprocess.Popen(["python3", script], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def end(self):
        """What was written so far: up to a write of its own, which is left out."""
        subprocess.run(["ipvsadm", "-Z"], check=True)
        names = []
        while (name := self.process.stdout.readline().strip()) != "ZERO":
            names.append(name)
        self.process.terminate()
        self.process.wait()
        return {name: names.count(name) for name in sorted(set(names))}


def bench_noop():
    """CPU of one look at a table that is as it should be, by the number of looks that the director took."""
    size = SIZES[-1]
    cluster = Cluster(size, 4, interval_s=600, distinct=DISTINCT)
    installs, writes = [], []

    def measure(name):
        idle, _ = started(name, cluster, resync="1h")
        installs.append(kernel.cpu_s(idle.pid))
        idle.stop()
        program, _ = started(name, cluster, resync="100ms")
        time.sleep(5)
        recorder, cpu, looks = Recorder(), kernel.cpu_s(program.pid), looks_taken()
        # a look takes a hundredth of the time: the longer it takes, the rarer it is
        wait_for(lambda: time.sleep(1) or looks_taken() >= looks + 2, 300, "two looks", program)
        cpu, looks = kernel.cpu_s(program.pid) - cpu, looks_taken() - looks
        writes.append(recorder.end())
        program.stop()
        return cpu / looks

    values = in_turns(measure, programs=["director"])
    row(f"CPU of one no-op reconcile, {size} x 4", "s", values, "zero writes, under 10 % of the install", 3)
    install, look = statistics.median(installs), statistics.median(values["director"])
    print(f"install CPU {install:.2f} s, a no-op reconcile is {100 * look / install:.0f} % of it; IPVS writes: {writes}")


def looks_taken():
    """How often lvs-director has looked at the table."""
    with urllib.request.urlopen("http://127.0.0.1:9780/healthz") as answer:
        return json.load(answer)["looks"]


def bench_checks():
    for check in ("tcp", "http"):
        cluster = Cluster(1, 500, check=check, interval_s=1)

        def measure(name):
            program, _ = started(name, cluster)
            time.sleep(3)
            cpu, taken = kernel.cpu_s(program.pid), kernel.connections_taken("rs01")
            time.sleep(CHECKED_S)
            cpu, taken = kernel.cpu_s(program.pid) - cpu, kernel.connections_taken("rs01") - taken
            rate.setdefault(name, []).append(taken / CHECKED_S)
            program.stop()
            return cpu * 1000 / taken

        rate = {}
        row(f"CPU per 1,000 {check.upper()} checks, 500 targets each second", "s", in_turns(measure), "half", 3)
        row(f"{check.upper()} checks reached in a second", "", rate, "500", 0)
        calls = in_turns(lambda name: system_calls(name, Cluster(1, 100, check=check, interval_s=1)), runs=3)
        row(f"system calls per {check.upper()} check (without clock_gettime)", "", calls, "half", 1)


def system_calls(name, cluster):
    """System calls per check, by strace over five seconds; each check connects once."""
    program, _ = started(name, cluster)
    time.sleep(2)
    pids = [f"-p{pid}" for pid in kernel.family_of(program.pid)]
    trace = subprocess.run(["timeout", "-s", "INT", "5", "strace", "-f", "-c", "-U", "calls,name", *pids],
                           capture_output=True, text=True, check=False)
    program.stop()
    lines = re.findall(r"^ *(\d+) (\w+)$", trace.stderr, re.M)
    calls = {call: int(number) for number, call in lines if call not in ("total", "clock_gettime")}
    return sum(calls.values()) / max(1, calls.get("connect", 0))


def bench_agent():
    """Memory of an agent with ten VIPs, a minute of its life."""
    file = f"{WORK}/agent.toml"
    with open(file, "w") as config:
        for number in range(10):
            config.write(f'[[vip]]\naddress = "10.3.0.{number + 1}"\nservices = ["tcp/80"]\n')
    command = ["nsenter", "--net=/run/netns/rs01", "--", f"{BIN}/lvs-rs-agent", "-c", file,
               "--run-dir", f"{WORK}/agent", "run"]
    with open(f"{WORK}/agent.log", "w") as log:
        agent = subprocess.Popen(command, stdout=log, stderr=log)
    time.sleep(10)
    values = {"director": [kernel.rss_mb(agent.pid)]}
    agent.terminate()
    agent.wait(30)
    row("RSS of lvs-rs-agent with ten VIPs", "MB", values, "under 8 MB", 1)


def bench_parse():
    """Reading a keepalived.conf of 5 MB: what `keepalived -t` and `lvs-director check` take."""
    path = f"{WORK}/large.conf"
    with open(path, "w") as file:
        file.write(large_configuration(2277, 16))
    commands = {
        "keepalived": ["keepalived", "-t", "-f", path],
        "director": [f"{BIN}/lvs-director", "check", "-c", path],
    }
    rss = {}

    def measure(name):
        began = time.monotonic()
        program = subprocess.Popen(commands[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(program.pid, 0)
        if status:
            raise SystemExit(f"{' '.join(commands[name])}: exit status {os.waitstatus_to_exitcode(status)}")
        rss.setdefault(name, []).append(usage.ru_maxrss / 1024)
        return time.monotonic() - began

    size = os.path.getsize(path) / 1e6
    row(f"check of a keepalived.conf of {size:.1f} MB, 2277 x 16", "s", in_turns(measure), "less", 3)
    row("memory that takes", "MB", rss, "", 0)


def large_configuration(services, reals):
    def server(service, real):
        number = service * reals + real
        return (f"    real_server 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255} 80 {{\n"
                "        weight 1\n        TCP_CHECK {\n            connect_timeout 3\n            retry 2\n"
                "            delay_before_retry 1\n        }\n    }\n")

    def service(number):
        head = (f"virtual_server 172.16.{number >> 8}.{number & 255} 80 {{\n    delay_loop 6\n    lb_algo rr\n"
                "    lb_kind DR\n    protocol TCP\n")
        return head + "".join(server(number, real) for real in range(reals)) + "}\n"

    return "global_defs {\n    router_id BENCH\n}\n" + "".join(map(service, range(services)))


def main():
    parts = {name.removeprefix("bench_"): part for name, part in globals().items() if name.startswith("bench_")}
    for name in sys.argv[1:] or parts:
        if name not in parts:
            raise SystemExit(f"no such measurement: {name}; there are: {' '.join(parts)}")
        print(f"measuring: {name}", flush=True)
        parts[name]()
    table.finish()


main()
