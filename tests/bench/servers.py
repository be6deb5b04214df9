"""What a client loses when something befalls a real server: two keepalived at their fastest, then two lvs-director with
their defaults that follow the agents, with the same faults at random moments. A new connection each 10 ms."""

import os
import random
import signal
import statistics
import subprocess
import sys
import time

import entries
import kernel
import table
from pair import BIN, FAST, RIPS, VIP, WORK, Client, Pair, machine, shell, tail

RUNS = int(os.environ.get("BENCH_RUNS", "10"))
KILLS = int(os.environ.get("BENCH_KILLS", "50"))
BOTH = os.environ.get("BENCH_PROGRAMS", "keepalived director").split()
LIMIT_S = 20


class Servers(Pair):
    """The pair, and the two real servers with what prepares them: the agents, or a person."""

    path_check = False

    def start(self):
        for name in ("rs01", "rs02"):
            self.web(name)
            self.prepare(name)
        super().start()

    def settle(self, limit_s=60):
        """Both real servers take new connections on both directors, and the first director has the VIP."""
        end = time.monotonic() + limit_s
        while not (self.is_settled() and self.weights("192.168.100.9") == [1, 1]):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def stop(self):
        super().stop()
        for name in ("rs01", "rs02"):
            self.end(f"agent-{name}")
            self.end(f"web-{name}")
            machine(name, "ip", "addr", "del", f"{VIP}/32", "dev", "lo", check=False)

    def weights(self, rip):
        return [entries.weight(name, VIP, 80, rip) for name in self.names]

    # a real server

    def web(self, name):
        self.daemon(f"web-{name}", name, "nginx", "-p", f"{WORK}/web-{name}", "-e", "stderr",
                    "-c", f"{WORK}/web-{name}/nginx.conf")

    def prepare(self, name):
        if self.program == "keepalived" or self.path_check:
            machine(name, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2")
            machine(name, "ip", "addr", "add", f"{VIP}/32", "dev", "lo", check=False)
            return
        file, rip = f"{WORK}/agent-{name}.toml", RIPS[int(name[-1]) - 1]
        with open(file, "w") as out:
            out.write(f'[[vip]]\naddress = "{VIP}"\nservices = ["tcp/80"]\n'
                      f'[health]\nlisten = ["127.0.0.1:9781", "{rip}:9781"]\n')
        self.daemon(f"agent-{name}", name, f"{BIN}/lvs-rs-agent", "-c", file, "--run-dir", f"{WORK}/run-{name}", "run")

    def daemon(self, key, name, *command):
        with open(f"{WORK}/{key}.log", "a") as log:
            self.processes[key] = subprocess.Popen(["nsenter", f"--net=/run/netns/{name}", "--", *command],
                                                   stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def end(self, key, sign=signal.SIGKILL):
        process = self.processes.pop(key, None)
        if process:
            process.send_signal(sign)
            process.wait()

    # faults of RS02 and their ends

    def web_dies(self):
        self.end("web-rs02")

    def web_back(self):
        """From the moment on that it listens: how long nginx takes to start is its own affair."""
        self.web("rs02")
        table_of_sockets = f"/proc/{self.processes['web-rs02'].pid}/net/tcp"
        while True:
            with open(table_of_sockets) as file:
                if any(line.split()[1].endswith(":0050") and line.split()[3] == "0A" for line in file):
                    return time.monotonic()
            time.sleep(0.001)

    def server_off(self):
        shell("ip", "link", "set", "port-rs02", "down")
        self.end("web-rs02")
        self.end("agent-rs02")

    def server_on(self):
        shell("ip", "link", "set", "port-rs02", "up")
        self.web("rs02")
        self.prepare("rs02")

    def vip_away(self):
        """Taken, and taken again whenever it is put back."""
        self.daemon("thief", "rs02", "bash", "-c", f"while :; do ip addr del {VIP}/32 dev lo 2>/dev/null; sleep 0.005; done")

    def vip_back(self):
        self.end("thief")
        if "agent-rs02" not in self.processes:
            machine("rs02", "ip", "addr", "add", f"{VIP}/32", "dev", "lo", check=False)

    # what each program is told

    def director(self, name):
        """Defaults: no word of checks but their path."""
        path = 'check = { type = "tcp", path = "dr", interval = "1s", timeout = "250ms", fall = 1 }\n' if self.path_check else ""
        lines = super().director(name).splitlines()
        lines = [line for line in lines if not line.startswith("check = ")]
        follow = path if self.path_check else "agent_port = 9781\n"
        return "\n".join(lines).replace('forward = "dr"', f'forward = "dr"\n{follow}'.rstrip()) + "\n"


class PathOnly(Servers):
    path_check = True


class Watch:
    """How long until RS02's entry is as wanted on both directors."""

    def __init__(self, pair):
        self.pair = pair

    def until(self, wanted, began, limit_s=LIMIT_S):
        while not all(wanted(weight) for weight in self.pair.weights("192.168.100.9")):
            if time.monotonic() > began + limit_s:
                return None
            time.sleep(0.0005)
        return time.monotonic() - began


def gone(weight):
    return weight in (None, 0)


def serves(weight):
    return weight is not None and weight > 0


def bench_servers():
    events = [
        ("nginx killed", Servers.web_dies, Servers.web_back, "it is back", KILLS, "under 0.02 s, 0.1 s at worst; 2 failed", "under 0.1 s"),
        ("real server loses power", Servers.server_off, Servers.server_on, "it is back", RUNS, "under 0.5 s", ""),
        ("VIP missing on lo, web server up", Servers.vip_away, Servers.vip_back, "it is back", RUNS, "2 failed", ""),
    ]
    for word, fault, back, back_word, runs, target, back_target in events:
        there, returned = {}, {}
        for name in BOTH:
            there[name], returned[name] = measure(Servers(name, FAST), fault, back, runs if name == "director" else RUNS)
        rows(word, there, target)
        rows(f"{back_word}, after: {word}", returned, back_target)
    if "director" in BOTH:
        there, _ = measure(PathOnly("director", FAST), Servers.vip_away, Servers.vip_back, RUNS)
        rows("VIP missing on lo, no agent, DR path check each second", {"director": there}, "one check interval")


def measure(pair, fault, back, runs):
    """(seconds until left or returned, failed requests) of each run; None: never within the limit."""
    pair.start()
    there, returned = [], []
    with Client() as client:
        for _ in range(runs):
            if pair.program == "keepalived" and fault is Servers.vip_away and there:
                break  # it never leaves: once is enough
            there.append(one(pair, client, fault, gone))
            returned.append(one(pair, client, back, serves))
            if not pair.settle():
                print(f"{pair.program}: not as before after a fault\n" + tail("lvs01"), flush=True)
            client.recover()
    pair.stop()
    return there, returned


def one(pair, client, act, wanted):
    time.sleep(random.random())
    began = time.monotonic()
    began = act(pair) or began
    seconds = Watch(pair).until(wanted, began)
    time.sleep(1.5)
    return seconds, sum(not ok for _, ok in client.since(began))


def rows(word, values, target):
    texts, medians = {}, {}
    for name, outcomes in values.items():
        times = [LIMIT_S if seconds is None else seconds for seconds, _ in outcomes]
        failed = [failures for _, failures in outcomes]
        never = sum(seconds is None for seconds, _ in outcomes)
        medians[name] = statistics.median(times)
        texts[name] = (f"never in {LIMIT_S} s" if never == len(outcomes) else
                       f"{medians[name]:.3f} s (worst {max(times):.3f})")
        texts[name] += f", {statistics.median(failed):.0f} failed (most {max(failed)})"
    ratio = f"{medians['director'] / medians['keepalived']:.3f}" if len(medians) == 2 else "-"
    table.line(f"{word} ({max(map(len, values.values()))} times)", texts.get("keepalived", "-"), texts.get("director", "-"), ratio, target)


def bench_ports():
    """A dead server is gone, and clients whose ports are used again: how many of their requests fail after it left."""
    failed = {}
    for name in BOTH:
        for _ in range(3):
            pair = Servers(name, FAST)
            pair.start()
            reused_ports()
            pair.server_off()
            Watch(pair).until(gone, time.monotonic())
            time.sleep(1)
            failed.setdefault(name, []).append(100 * reused_ports() / 200)
            pair.stop()
    table.row("requests that fail after a dead server is gone, ports used again", "%", failed, "0", 0)


def reused_ports():
    """200 requests from the same 200 ports each time; how many failed."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ports.py")
    return int(machine("client", "python3", script, VIP, "80").stdout)


def bench_drain():
    """200 connections that live for some seconds and 250 new ones a second, while a server is drained and comes back."""
    failed, seconds = {}, []
    for _ in range(3):
        pair = Servers("director", FAST)
        pair.start()
        out = f"{WORK}/drained"
        shell("rm", "-f", out)
        script = os.path.join(os.environ["LAB_REPO"], "tests/lab.d/client.py")
        pair.daemon("load", "client", "python3", script, "--out", out, "--hold", "200", "--life-ms", "4000", "--every-ms", "2")
        time.sleep(5)
        began = time.monotonic()
        drained = machine("rs02", f"{BIN}/lvs-rs-agent", "-c", f"{WORK}/agent-rs02.toml", "--run-dir", f"{WORK}/run-rs02",
                          "drain", "--wait", "--deadline", "60s", check=False)
        seconds.append(time.monotonic() - began)
        print(drained.stdout + drained.stderr, flush=True)
        time.sleep(1)
        machine("rs02", f"{BIN}/lvs-rs-agent", "-c", f"{WORK}/agent-rs02.toml", "--run-dir", f"{WORK}/run-rs02", "undrain")
        time.sleep(3)
        pair.end("load", signal.SIGTERM)
        with open(out) as file:
            counts = dict(line.strip().split("=") for line in file)
        failed.setdefault("director", []).append(int(counts.get("failed", 0)) + int(counts.get("broken", 0)))
        print(counts, flush=True)
        pair.stop()
    table.row("failed requests and broken connections of a drain under load", "", failed, "0", 0)
    table.row("the drain, until the VIP is off", "s", {"director": seconds}, "", 1)


def bench_followers():
    """CPU of an idle agent that two directors follow."""
    pair = Servers("director", FAST)
    pair.start()
    time.sleep(5)
    agent = pair.processes["agent-rs01"].pid
    before = kernel.cpu_s(agent)
    time.sleep(60)
    table.row("CPU of an idle agent followed by two directors", "%", {"director": [(kernel.cpu_s(agent) - before) / 60 * 100]}, "under 0.1", 3)
    pair.stop()


def main():
    parts = {name.removeprefix("bench_"): part for name, part in globals().items() if name.startswith("bench_")}
    for name in sys.argv[1:] or parts:
        print(f"measuring: {name}", flush=True)
        parts[name]()
    table.finish()


if __name__ == "__main__":
    main()
