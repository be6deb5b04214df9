"""dpkg and rpm: what an operator types, and what they say of a package."""


class Packager:
    """`shell` has `install_package REVISION`, `remove_package` and `repair` for the package $P, whose files lie in /mnt."""

    name = tells_broken = tells_absent = shell = ""
    begin = ""  # so that it knows of packages at all

    def broken(self, machine, package):
        """What it calls half done or damaged; empty when nothing is."""
        raise NotImplementedError

    def revision(self, machine, package):
        """Of the installed package; empty where none is."""
        raise NotImplementedError


class Dpkg(Packager):
    name, tells_broken, tells_absent = "dpkg", "dpkg --audit", "dpkg-query"
    shell = """
        install_package() { dpkg --force-confold -i "/mnt/${P}_"*"-$1_"*.deb; }
        remove_package() { dpkg -r "$P"; }
        repair() { dpkg --configure -a; }
    """

    def broken(self, machine, package):
        return machine.run("/usr/bin/dpkg", "--audit")[1].strip()

    def revision(self, machine, package):
        code, told = machine.run("/usr/bin/dpkg-query", "-W", "-f", "${Status} ${Version}", package)
        return "" if code or " installed " not in told else told.rpartition("-")[2]


class Rpm(Packager):
    name, tells_broken, tells_absent = "rpm", "rpm -V", "rpm -q"
    begin = "rpm --initdb"
    # Debian's rpm knows nothing of the packages that rpms require. What was cut is installed once more, as `dnf reinstall` does.
    shell = """
        install_package() { rpm -U --replacepkgs --nodeps --ignoreos --ignorearch "/mnt/$P-"[0-9]*"-$1."*.rpm; }
        remove_package() { ! rpm -q "$P" >/dev/null || rpm -e --nodeps --allmatches "$P"; }
        repair() {
            local revisions
            sleep 1 # rpm's temporary names are of the second, and those of the cut one are still there
            revisions=$(rpm -q --qf '%{RELEASE}\\n' "$P") || return 0
            install_package "${revisions##*[[:space:]]}"
        }
    """

    def broken(self, machine, package):
        told = machine.run("/usr/bin/rpm", "-V", "--nodeps", package)[1].splitlines()
        damaged = [line for line in told if line.startswith(("missing", "S")) and " c /" not in line]
        twice = [f"revisions {self.revision(machine, package)}"] if "\n" in self.revision(machine, package) else []
        return "\n".join(damaged + twice)

    def revision(self, machine, package):
        code, told = machine.run("/usr/bin/rpm", "-q", "--qf", "%{RELEASE}\n", package)
        return "" if code else told.strip()


PACKAGERS = {one.name: one for one in (Dpkg(), Rpm())}
