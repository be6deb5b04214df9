"""What the two daemons' hosts look like when they are prepared, and how one hears which of both they are."""

import os
import subprocess
import time

import facts
from facts import VIP
from voices import AgentVoices, DirectorVoices

PATIENCE = 60  # seconds until a daemon that runs must have prepared its host: far more than it needs


class Side:
    package = unit = config = text = ""
    voices = None
    followed = False  # by directors

    def prepared(self, before):
        """The kernel's state that is wanted, from the one before."""
        raise NotImplementedError

    def applied(self, before):
        """The same after the command that prepares once."""
        return self.prepared(before)

    def observed(self, host):
        return facts.kernel()

    # -- what is on the disk

    def enabled(self, machine):
        """Whether nothing on the disk is missing for a start: link, unit, program, configuration."""
        units = (f"{machine.root}/{place}/systemd/system/{self.unit}" for place in ("lib", "usr/lib"))
        link = f"{machine.root}/etc/systemd/system/multi-user.target.wants/{self.unit}"
        return (os.path.islink(link) and any(map(self._whole_unit, units)) and self.configured(machine)
                and self.voices.works(machine))

    @staticmethod
    def _whole_unit(path):
        try:
            with open(path) as file:
                return "WantedBy=" in file.read()
        except FileNotFoundError:
            return False

    def configured(self, machine):
        """Whether the operator's file is there."""
        try:
            with open(machine.root + self.config) as file:
                return file.read() == self.text
        except FileNotFoundError:
            return False

    # -- what is said

    def voices_agree(self, machine, runs):
        return self.voices.agree(machine, lambda: self.observed(machine), self.configured(machine), runs)

    def says_untouched(self, machine, packager):
        """Who says that nothing is done here."""
        heard = self.voices_agree(machine, runs=False)
        if packager.broken(machine, self.package):
            return [packager.tells_broken, *heard]
        if not packager.revision(machine, self.package):
            return [packager.tells_absent, *heard]
        if heard:
            return heard
        raise Half("nothing done, and nobody says so")

    def left_behind(self, machine):
        """Files of the package that are still there."""
        done = subprocess.run(["find", "etc", "usr", "lib/systemd", "var/lib", "-name", f"*{self.package}*", "-not",
                               "-path", "var/lib/dpkg/info/*"], cwd=machine.root, capture_output=True, text=True, check=True)
        return done.stdout.split()

    # -- both together

    def judge(self, machine, packager):
        """`prepared` or `untouched`, and who says so. Anything between is an error."""
        running = machine.run("/usr/bin/systemctl", "is-active", self.unit)[0] == 0
        if self.enabled(machine) and not running:
            raise Half("all that a start needs is there, but it does not run: " + "".join(machine.unit_log(self.unit)))
        if running:
            self.wait_for(machine, self.prepared(machine.before), asked=True)
            return "prepared", self.voices_agree(machine, runs=True)
        self.wait_for(machine, machine.before, patience=0)
        return "untouched", self.says_untouched(machine, packager)

    def wait_for(self, machine, wanted, patience=PATIENCE, pause=time.sleep, asked=False):
        """Until the kernel is as wanted; `asked`: and nobody says earlier that it is."""
        end = time.monotonic() + patience
        said = asked and self.voices.healthy(machine)
        while (seen := self.observed(machine)) != wanted:
            self.safe(seen)
            if said:
                raise Half("/healthz is fine already, but " + difference(wanted, seen))
            if time.monotonic() >= end:
                raise Half("\n".join([difference(wanted, seen), *machine.unit_log(self.unit)]))
            pause(0.05)
            said = asked and self.voices.healthy(machine)

    def safe(self, seen):
        """What must hold at every moment."""


class Agent(Side):
    package, unit, config = "lvs-rs-agent", "lvs-rs-agent.service", "/etc/lvs-rs-agent/agent.toml"
    text = f'[[vip]]\naddress = "{VIP}"\nservices = ["tcp/80"]\n'
    voices = AgentVoices()
    followed = True

    def prepared(self, before):
        addresses = sorted([*before["addresses"], self.voices.address])
        return {"addresses": addresses, "sysctls": before["sysctls"] | self.voices.arp}

    def safe(self, seen):
        if self.voices.address not in seen["addresses"]:
            return
        for key, least in (("arp_ignore", 1), ("arp_announce", 2)):
            if int(seen["sysctls"][f"all.{key}"]) < least:
                raise Half(f"the VIP is there while net.ipv4.conf.all.{key} is {seen['sysctls'][f'all.{key}']}")


class Director(Side):
    package, unit, config = "lvs-director", "lvs-director.service", "/etc/lvs-director/director.toml"
    text = f"""router_id = "LVS01"

[[vrrp]]
name = "VI_1"
interface = "eth0"
virtual_router_id = 51
priority = 100
advert_interval = "100ms"
addresses = ["{VIP}"]

[[service]]
name = "web"
address = "{VIP}:80"
scheduler = "rr"
check = []

[[service.real]]
address = "192.168.100.9"
[[service.real]]
address = "192.168.100.10"
"""
    voices = DirectorVoices()

    def prepared(self, before):
        return self.applied(before) | {"addresses": sorted([*before["addresses"], self.voices.address])}

    def applied(self, before):
        return before | {"table": self.voices.table, "sysctls": before["sysctls"] | self.voices.settings}

    def observed(self, host):
        return facts.with_ipvs()


class Half(RuntimeError):
    """A host that is neither prepared nor untouched, or says nothing of it."""


def difference(wanted, seen):
    lines = []
    for key in wanted:
        if wanted[key] == seen[key]:
            continue
        if isinstance(wanted[key], dict):
            lines += [f"{name} is {seen[key][name]}, not {value}" for name, value in wanted[key].items()
                      if seen[key][name] != value]
        else:
            lines.append(f"{key}: {seen[key]} instead of {wanted[key]}")
    return "; ".join(lines)
