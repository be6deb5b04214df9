"""What the two daemons' hosts look like when they are prepared, and how one hears which of both they are."""

import os
import subprocess
import time

from machine import read

VIP = "192.168.100.240"
VS = "/proc/sys/net/ipv4/vs"
PATIENCE = 60  # seconds until a daemon that runs must have prepared its host: far more than it needs


class Side:
    package = unit = config = text = ""
    followed = False  # by directors

    def prepared(self, before):
        """The kernel's state that is wanted, from the one before."""
        raise NotImplementedError

    def applied(self, before):
        """The same after the command that prepares once."""
        return self.prepared(before)

    def observed(self, machine):
        return machine.kernel()

    # -- what is on the disk

    def enabled(self, machine):
        """Whether nothing on the disk is missing for a start: link, unit, program, configuration."""
        root = machine.root
        wanted = (f"{root}/usr/sbin/{self.package}", root + self.config)
        units = (f"{root}/lib/systemd/system/{self.unit}", f"{root}/usr/lib/systemd/system/{self.unit}")
        link = f"{root}/etc/systemd/system/multi-user.target.wants/{self.unit}"
        return (os.path.islink(link) and all(map(os.path.isfile, wanted)) and any(map(os.path.isfile, units))
                and self._same(root + self.config))

    def _same(self, path):
        with open(path) as file:
            return file.read() == self.text

    # -- what is said

    def says_prepared(self, machine):
        code, text = machine.run(f"/usr/sbin/{self.package}", "status")
        if code:
            raise Half(f"prepared, but status ends with {code}: {text}")
        return "status"

    def says_untouched(self, machine):
        """Who says that nothing is done here."""
        if machine.run("/usr/bin/dpkg", "--audit")[1].strip():
            return "dpkg --audit"
        code, status = machine.run("/usr/bin/dpkg-query", "-W", "-f", "${Status}", self.package)
        if code or not status.endswith(" installed"):
            return "dpkg-query"
        enabled = machine.run("/usr/bin/systemctl", "is-enabled", self.unit)[1].strip()
        code, text = machine.run(f"/usr/sbin/{self.package}", "status")
        if code and text.strip() and (enabled == "disabled" or not self._same(machine.root + self.config)):
            return "status"
        raise Half(f"nothing done, and nobody says so: enabled: {enabled}, status {code}: {text}")

    def revision(self, machine):
        """Of the installed package; empty where none is."""
        code, told = machine.run("/usr/bin/dpkg-query", "-W", "-f", "${Status} ${Version}", self.package)
        return "" if code or " installed " not in told else told.rpartition("-")[2]

    def left_behind(self, machine):
        """Files of the package that are still there."""
        done = subprocess.run(["find", "etc", "usr", "lib/systemd", "var/lib", "-name", f"*{self.package}*", "-not",
                               "-path", "var/lib/dpkg/info/*"], cwd=machine.root, capture_output=True, text=True, check=True)
        return done.stdout.split()

    # -- both together

    def judge(self, machine):
        """`prepared` or `untouched`, and who says so. Anything between is an error."""
        running = machine.run("/usr/bin/systemctl", "is-active", self.unit)[0] == 0
        if self.enabled(machine) and not running:
            raise Half("all that a start needs is there, but it does not run: " + "".join(machine.unit_log(self.unit)))
        if running:
            self.wait_for(machine, self.prepared(machine.before))
            return "prepared", self.says_prepared(machine)
        self.wait_for(machine, machine.before, patience=0)
        return "untouched", self.says_untouched(machine)

    def wait_for(self, machine, wanted, patience=PATIENCE, pause=time.sleep):
        end = time.monotonic() + patience
        while (seen := self.observed(machine)) != wanted:
            self.safe(seen)
            if time.monotonic() >= end:
                raise Half("\n".join([difference(wanted, seen), *machine.unit_log(self.unit)]))
            pause(0.05)

    def safe(self, seen):
        """What must hold at every moment."""


class Agent(Side):
    package, unit, config = "lvs-rs-agent", "lvs-rs-agent.service", "/etc/lvs-rs-agent/agent.toml"
    text = f'[[vip]]\naddress = "{VIP}"\nservices = ["tcp/80"]\n'
    address = f"{VIP}/32 lo lo:0"
    followed = True

    def prepared(self, before):
        arp = {f"{name}.{key}": value for name in ("all", "lo") for key, value in (("arp_ignore", "1"), ("arp_announce", "2"))}
        return {"addresses": sorted([*before["addresses"], self.address]), "sysctls": before["sysctls"] | arp}

    def safe(self, seen):
        if self.address not in seen["addresses"]:
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
    table = sorted([f"-A -t {VIP}:80 -s rr", *(f"-a -t {VIP}:80 -r 192.168.100.{last}:80 -g -w 1" for last in (9, 10))])

    def prepared(self, before):
        return self.applied(before) | {"addresses": sorted([*before["addresses"], f"{VIP}/32 eth0 eth0"])}

    def applied(self, before):
        expire = {"vs.expire_nodest_conn": "1", "vs.expire_quiescent_template": "1"}
        return before | {"table": self.table, "sysctls": before["sysctls"] | expire}

    def observed(self, machine):
        seen = machine.kernel()
        table = subprocess.run(["ipvsadm", "-Sn"], capture_output=True, text=True, check=True).stdout
        sysctls = {f"vs.{name}": read(f"{VS}/{name}") for name in os.listdir(VS) if os.access(f"{VS}/{name}", os.R_OK)}
        return seen | {"table": sorted(table.splitlines()), "sysctls": seen["sysctls"] | sysctls}


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
