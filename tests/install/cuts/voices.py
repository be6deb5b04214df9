"""What a host says of itself, held against what its kernel has: nobody may call prepared what is untouched, nor the other way."""

import http.client
import json
import socket
import time

from facts import VIP

PATIENCE = 60  # seconds until what a running daemon says has caught up with what it did
RANKS = ("not_applicable", "fine", "not_looked_at", "wrong")  # of doctor's verdicts


class Contradiction(RuntimeError):
    """Somebody said what is not so."""


class Voices:
    """Of one side's program and its daemon."""

    program = ""
    doctor_options = ()

    def agree(self, host, seen, accepted, runs):
        """Who spoke. `seen()` is what the kernel has, `accepted` whether the file on the disk is one to accept, `runs` whether
        the daemon does, which may be a moment behind. Raises `Contradiction`."""
        end = time.monotonic() + (PATIENCE if runs else 0)
        while True:
            try:
                return self._ask(host, seen, accepted, runs)
            except Contradiction:
                if time.monotonic() >= end:
                    raise
            time.sleep(0.1)

    def works(self, host):
        """Whether the program is there, and whole."""
        # an empty one is a script that does nothing, to whoever starts it
        return host.run(self.program, "--version")[1].startswith(self.program.rpartition("/")[2])

    def healthy(self, host):
        """What /healthz says: True, False, or None when nobody answers."""
        connection = self.connection(host)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _ask(self, host, seen, accepted, runs):
        if not self.works(host):
            return []
        code, text = host.run(self.program, "check")
        so(f"check ({text.strip()})", code == 0, accepted)
        doctor = self._doctor(host)
        so("doctor of the file", doctor["config"] == "fine", accepted)
        status = self._status(host)
        so("status, that somebody answers,", status is not None, runs)
        health = self.healthy(host)
        so("/healthz, that somebody answers,", health is not None, runs)
        if accepted:
            self.hold(doctor, host.run(self.program, "plan")[1], seen(), runs)
        if accepted and runs:
            self.hold_running(status, health, seen())
        spoken = ["check", "doctor"] + ["plan"] * accepted + ["status", "healthz"] * runs
        return sorted(spoken)

    def _doctor(self, host):
        """Of each rule its worst verdict."""
        worst = {}
        for one in from_json(host.run(self.program, "doctor", "--json", *self.doctor_options)[1])["findings"]:
            worst[one["id"]] = max(worst.get(one["id"], RANKS[0]), one["verdict"], key=RANKS.index)
        return worst

    def _status(self, host):
        code, text = host.run(self.program, "status", "--json")
        return from_json(text) if code == 0 else None

    def connection(self, host):
        """Where /healthz is."""
        raise NotImplementedError

    def prepared(self, seen):
        """Whether the kernel has all that the file wants."""
        raise NotImplementedError

    def hold(self, doctor, plan, seen, runs):
        """What the program says by itself against the kernel."""
        raise NotImplementedError

    def hold_running(self, status, health, seen):
        """What the daemon says against the kernel."""
        raise NotImplementedError


class AgentVoices(Voices):
    program = "/usr/sbin/lvs-rs-agent"
    address = f"{VIP}/32 lo lo:0"
    arp = {f"{name}.{key}": value for name in ("all", "lo") for key, value in (("arp_ignore", "1"), ("arp_announce", "2"))}

    def connection(self, host):
        return http.client.HTTPConnection("127.0.0.1", 9781, timeout=5)

    def missing(self, seen):
        return {name for name, value in self.arp.items() if seen["sysctls"][name] != value}

    def prepared(self, seen):
        return self.address in seen["addresses"] and not self.missing(seen)

    def hold(self, doctor, plan, seen, runs):
        there, missing = self.address in seen["addresses"], self.missing(seen)
        so("doctor of the agent", doctor["agent"] == "fine", runs)
        so("doctor of the VIP", doctor["vip"] == "fine", there)
        # those of `all` are in effect everywhere
        so("doctor of ARP", doctor["arp-sysctls"] == "fine", not any(name.startswith("all.") for name in missing))
        if f"{VIP} is drained" in plan:  # before all processes ended; what is in /run stays
            so(f"plan of a drained VIP ({plan.strip()})", f"ip address del {VIP}/32" in plan, there)
            return
        so(f"plan, to do nothing, ({plan.strip()})", "nothing to do" in plan, there and not missing)
        so(f"plan, to add the VIP, ({plan.strip()})", f"ip address add {VIP}/32" in plan, not there)
        for name in self.arp:
            so(f"plan, to set {name}, ({plan.strip()})", f"net.ipv4.conf.{name}=" in plan, name in missing)

    def hold_running(self, status, health, seen):
        vip = next(one for one in status["vips"] if one["address"] == VIP)
        steps = {one["step"]: one["ok"] for one in vip["steps"]}
        so("/healthz", health, self.prepared(seen))
        so("status of the VIP", vip["ready"], self.prepared(seen))
        so("status of the address", steps["address"], self.address in seen["addresses"])
        so("status of the sysctls", steps["sysctls"], not self.missing(seen))


class DirectorVoices(Voices):
    program = "/usr/sbin/lvs-director"
    doctor_options = ("--listen", "1s")
    address = f"{VIP}/32 eth0 eth0"
    table = sorted([f"-A -t {VIP}:80 -s rr", *(f"-a -t {VIP}:80 -r 192.168.100.{last}:80 -g -w 1" for last in (9, 10))])
    settings = {"vs.expire_nodest_conn": "1", "vs.expire_quiescent_template": "1"}

    def connection(self, host):
        return UnixConnection(f"{host.root}/run/lvs-director/control.sock")

    def unset(self, seen):
        return {name for name, value in self.settings.items() if seen["sysctls"][name] != value}

    def prepared(self, seen):
        return self.address in seen["addresses"] and seen["table"] == self.table and not self.unset(seen)

    def hold(self, doctor, plan, seen, runs):
        # addresses of virtual routers are the running director's alone, and plan says so
        so(f"plan, to do nothing, ({plan.strip()})", "nothing to do" in plan,
           seen["table"] == self.table and not self.unset(seen))
        so(f"plan, to add the service, ({plan.strip()})", f"-A -t {VIP}:80" in plan, self.table[0] not in seen["table"])
        so("doctor of the unit", doctor["unit"] == "fine", runs)
        so("doctor of the VIP", doctor["vip-by-hand"], "fine")
        so("doctor of the table", doctor["strange-services"], "fine")

    def hold_running(self, status, health, seen):
        here = self.address in seen["addresses"]
        so("/healthz", health, self.prepared(seen))
        router = status["vrrp"]["routers"][0]
        so("status of the VIP", router["addresses"][0]["held"], here)
        so("status of the virtual router", router["state"] == "master", here)
        so("status of the table", status["table"]["settled"] and status["services"][0]["here"], seen["table"] == self.table)


class UnixConnection(http.client.HTTPConnection):
    """To a daemon's control socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def so(who, said, is_so):
    if said != is_so:
        raise Contradiction(f"{who} says {said}, but it is {is_so}")


def from_json(text):
    """The line of it among what was said."""
    line = next((line for line in text.splitlines() if line.startswith("{")), None)
    if line is None:
        raise Contradiction(f"no JSON, but: {text}")
    return json.loads(line)
