"""Two directors with one VIP before two real servers, the faults that befall the first, and clients that count."""

import os
import signal
import subprocess
import threading
import time

import kernel

WORK = os.environ["WORK"]
BIN = os.environ["LAB_BIN"]
HERE = os.path.dirname(os.path.abspath(__file__))
VIP = "192.168.100.240"
RIPS = ("192.168.100.8", "192.168.100.9")


class Timing:
    def __init__(self, words, version, interval_s, patience_s):
        self.words, self.version, self.interval_s, self.patience_s = words, version, interval_s, patience_s
        # long enough to see the effect of a fault that a client notices only when the backup takes over


SLOW = Timing("v2, adverts each 1 s", 2, 1.0, 4.5)
FAST = Timing("v3, adverts each 0.1 s", 3, 0.1, 1.0)


def shell(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True)


def machine(name, *words, check=True):
    return shell("nsenter", f"--net=/run/netns/{name}", "--", *words, check=check)


class Pair:
    """LVS01 with priority 100 and LVS02 with 90, both keepalived or both lvs-director."""

    names = ("lvs01", "lvs02")

    def __init__(self, program, timing, sync=False, routers=1):
        self.program, self.timing, self.sync, self.routers = program, timing, sync, routers
        self.processes, self.leaving = {}, None

    def start(self):
        for name in self.names:
            clean(name)
            self.run(name)
        if not self.settle(60):
            raise SystemExit(f"{self.program}: no service within 60 s\n" + "".join(map(tail, self.names)))

    def run(self, name):
        file = f"{WORK}/{name}.conf"
        with open(file, "w") as out:
            out.write(self.keepalived(name) if self.program == "keepalived" else self.director(name))
        os.chmod(file, 0o644)
        command = {
            "keepalived": ["keepalived", "-n", "-l", "-G", "-f", file, "-p", f"{WORK}/{name}.pid",
                           "-c", f"{WORK}/{name}-c.pid", "-r", f"{WORK}/{name}-v.pid"],
            "director": [f"{BIN}/lvs-director", "-c", file, "--run-dir", f"{WORK}/run-{name}", "run"],
        }[self.program]
        with open(f"{WORK}/{name}.log", "a") as log:
            self.processes[name] = subprocess.Popen(["nsenter", f"--net=/run/netns/{name}", "--", *command],
                                                    stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def stop(self):
        for name in self.names:
            self.terminate(name)
            if self.leaving:
                self.leaving.wait(30)
        for name in self.names:
            clean(name)

    def settle(self, limit_s=20):
        """Waits for the first to have the VIP and both real servers, and the second not; helps after that."""
        end = time.monotonic() + limit_s
        while not self.is_settled():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def is_settled(self):
        return has_vip("lvs01") and not has_vip("lvs02") and all(len(reals(name)) == 2 for name in self.names)

    # faults of the first and their ends

    def power_off(self):
        shell("ip", "link", "set", "port-lvs01", "down")
        self.kill()

    def power_on(self):
        clean("lvs01")
        shell("ip", "link", "set", "port-lvs01", "up")
        self.run("lvs01")

    def unplug(self):
        shell("ip", "link", "set", "port-lvs01", "down")

    def plug(self):
        shell("ip", "link", "set", "port-lvs01", "up")

    def cut(self):
        shell("ip", "link", "set", "port-lvs01", "nomaster")

    def heal(self):
        shell("ip", "link", "set", "port-lvs01", "master", "switch")

    def terminate(self, name="lvs01"):
        self.leaving = self.processes.pop(name, None)
        if self.leaving:
            self.leaving.terminate()

    def kill(self):
        process = self.processes.pop("lvs01")
        family = kernel.family_of(process.pid)
        # all at one moment: a parent would start a child anew, a child would clean up after its parent
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for pid in family:
                os.kill(pid, sign)
        process.wait()

    def start_first(self):
        if self.leaving:
            self.leaving.wait(30)
        self.run("lvs01")

    def cpu_s(self, name):
        return kernel.cpu_s(self.processes[name].pid)

    # what each program is told

    def addresses(self, number):
        return VIP if number == 0 else f"10.9.{number // 250}.{number % 250 + 1}"

    def keepalived(self, name):
        timing, priority = self.timing, 100 if name == "lvs01" else 90
        version = f" vrrp_version {timing.version}\n"
        sync = " lvs_sync_daemon eth0 VI_0\n" if self.sync else ""
        text = [f"global_defs {{\n router_id {name}\n{version}{sync}}}"]
        for number in range(self.routers):
            text.append(f"vrrp_instance VI_{number} {{\n state BACKUP\n interface eth0\n virtual_router_id {number + 51}\n"
                        f" priority {priority}\n advert_int {timing.interval_s:g}\n"
                        f" virtual_ipaddress {{\n  {self.addresses(number)}/32 dev eth0\n }}\n}}")
        text.append(f"virtual_server {VIP} 80 {{\n delay_loop 1\n lb_algo rr\n lb_kind DR\n protocol TCP")
        text += [f" real_server {rip} 80 {{\n weight 1\n TCP_CHECK {{\n connect_timeout 1\n retry 0\n }}\n }}" for rip in RIPS]
        return "\n".join([*text, "}"]) + "\n"

    def director(self, name):
        timing, priority = self.timing, 100 if name == "lvs01" else 90
        interval = f"{timing.interval_s * 1000:.0f}ms"
        text = [f'router_id = "{name}"']
        for number in range(self.routers):
            text.append(f'[[vrrp]]\nname = "VI_{number}"\ninterface = "eth0"\nvirtual_router_id = {number + 51}\n'
                        f'version = {timing.version}\npriority = {priority}\nadvert_interval = "{interval}"\n'
                        f'addresses = ["{self.addresses(number)}"]')
        if self.sync:
            text.append('[[ipvs.sync]]\nrole = "vrrp"\nvrrp = "VI_0"\ninterface = "eth0"\nid = 51')
        text.append(f'[[service]]\nname = "web"\naddress = "{VIP}:80"\nscheduler = "rr"\nforward = "dr"\n'
                    'check = { type = "tcp", interval = "1s", timeout = "1s", fall = 1 }')
        text += [f'[[service.real]]\naddress = "{rip}"' for rip in RIPS]
        return "\n".join(text) + "\n"


def clean(name):
    """As after a power cycle: no VIP, no table, nothing of an earlier run."""
    for device in ("eth0", "lo"):
        for address in held(name, device):
            machine(name, "ip", "addr", "del", address, "dev", device, check=False)
    # a service that goes takes its connections with it
    machine(name, "ipvsadm", "-l")  # loads the module
    machine(name, "sysctl", "-qw", "net.ipv4.vs.expire_nodest_conn=1")
    machine(name, "ipvsadm", "-C")
    machine(name, "sysctl", "-qw", "net.ipv4.vs.expire_nodest_conn=0")
    for role in ("master", "backup"):
        machine(name, "ipvsadm", "--stop-daemon", role, check=False)
    shell("rm", "-rf", f"{WORK}/run-{name}")


def held(name, device="eth0"):
    found = machine(name, "ip", "-o", "-4", "addr", "show", "dev", device).stdout.split("\n")
    return [words[3] for words in map(str.split, found) if len(words) > 3 and words[3].endswith("/32")]


def has_vip(name):
    return f"{VIP}/32" in held(name)


def reals(name):
    found = machine(name, "ipvsadm", "-Ln").stdout
    return [rip for rip in RIPS if f"-> {rip}:80" in found]


def tail(name):
    with open(f"{WORK}/{name}.log") as file:
        return "".join(file.readlines()[-15:])


class Client:
    """The attempts of attempts.py, as they come in."""

    def __enter__(self):
        command = ["nsenter", "--net=/run/netns/client", "--", "python3", f"{HERE}/attempts.py", VIP, "80"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.attempts, self.lock = [], threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()
        self.recover()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def read(self):
        for line in self.process.stdout:
            began, ok = line.split()
            with self.lock:
                self.attempts.append((float(began), ok == "ok"))

    def since(self, moment):
        with self.lock:
            return sorted(attempt for attempt in self.attempts if attempt[0] >= moment)

    def outage(self, began, patience_s):
        """Longest time between two good attempts and the number of failed ones, from `began` until all has gone well
        for `patience_s` since the last failure. Watched for 45 s at most."""
        end = began + 45
        while time.monotonic() < end:
            time.sleep(0.1)
            attempts = self.since(began)
            bad = max([start for start, ok in attempts if not ok], default=began)
            if attempts and attempts[-1][0] > bad + patience_s:
                break
        attempts = self.since(began - 0.2)
        good = [start for start, ok in attempts if ok] + ([] if attempts[-1][1] else [attempts[-1][0]])
        gaps = [later - earlier for earlier, later in zip(good, good[1:])]
        return max(gaps, default=time.monotonic() - began), sum(not ok for start, ok in attempts if start >= began - 0.2)

    def recover(self):
        """Until twenty in a row went well; an ARP entry that points nowhere is forgotten."""
        for _ in range(60):
            began = time.monotonic()
            time.sleep(0.5)
            attempts = self.since(began)
            if len(attempts) >= 20 and all(ok for _, ok in attempts):
                with self.lock:
                    self.attempts = [one for one in self.attempts if one[0] > began]
                return
            machine("client", "ip", "neigh", "flush", "all", check=False)
        raise SystemExit("the client does not reach the VIP any more\n" + tail("lvs01") + tail("lvs02"))


class Held:
    """Connections that stay open and ask ten times a second (lab.d/client.py)."""

    def __init__(self, number):
        self.number, self.out = number, f"{WORK}/held"

    def __enter__(self):
        script = os.path.join(os.environ["LAB_REPO"], "tests/lab.d/client.py")
        shell("rm", "-f", self.out)
        self.process = subprocess.Popen(["nsenter", "--net=/run/netns/client", "--", "python3", script, "--out", self.out,
                                         "--hold", str(self.number), "--every-ms", "0"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while self.count("held") < self.number:
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def broken(self):
        return self.count("broken")

    def count(self, what):
        try:
            with open(self.out) as file:
                return next((int(line.split("=")[1]) for line in file if line.startswith(f"{what}=")), 0)
        except FileNotFoundError:
            return 0
