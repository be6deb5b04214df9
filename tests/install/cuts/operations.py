"""What is done to a host when its power goes, and what the host must be when it is done in the end."""

from dataclasses import dataclass

BARE, INSTALLED, ENABLED = "bare", "installed", "enabled"


@dataclass(frozen=True)
class Operation:
    name: str
    start: str  # what the disk holds before
    script: str  # what an operator types; $P and $C are the package and its configuration
    ends: str  # `prepared`, `applied` or `untouched`: the host when it was done in full
    lasts: bool = True  # what it did outlives a power cut, once it is done
    follower: bool = False  # a director follows meanwhile
    revision: str = ""  # of the package afterwards; empty: none is there
    kill: bool = False  # also tried: all processes end, kernel and /run stay



CONFIGURE = "install -D -m 644 /tmp/config.toml $C"
OPERATIONS = [
    Operation("install", BARE, f"install_package 1; {CONFIGURE}; systemctl enable --now $P",
              ends="prepared", revision="1"),
    Operation("apply", INSTALLED, "$P apply", ends="applied", lasts=False, revision="1", kill=True),
    Operation("drain", ENABLED, "$P drain --wait --deadline 1s", ends="untouched", lasts=False, follower=True, revision="1",
              kill=True),
    Operation("upgrade", ENABLED, "install_package 2", ends="prepared", revision="2", kill=True),
    Operation("remove", ENABLED, "remove_package", ends="untouched", follower=True, kill=True),
    Operation("purge", ENABLED, "dpkg -P $P", ends="untouched", follower=True),
]


# What the disks hold before, each a layer upon the last.
STEPS = [(INSTALLED, f"install_package 1; {CONFIGURE}"), (ENABLED, "systemctl enable $P")]


def operation(name):
    return next(one for one in OPERATIONS if one.name == name)
