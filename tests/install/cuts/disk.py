"""Disks of machines, as layers of overlays; a real disk forgets what nobody has synced when the power goes."""

import fcntl
import os
import struct
import subprocess
import time

import linux

SIZE = "256M"  # sparse; an upgrade of the director writes some thirty
# fs/ext4/ext4.h and include/uapi/linux/fs.h: _IOR('X', 125, __u32), and not to write the journal out before
EXT4_IOC_SHUTDOWN, NOLOGFLUSH = 0x8004587D, struct.pack("I", 2)


class Disk:
    """What is written goes into a layer of its own, over others that stay as they are."""

    def __init__(self, path, below, packages):
        self.path, self.below, self.packages = path, below, packages
        self._make("")

    def _make(self, within):
        for name in ("upper", "work", "root"):
            os.makedirs(os.path.join(self.path, within, name), exist_ok=True)

    @property
    def layers(self):
        return [os.path.join(self.path, "upper"), *self.below]

    def written(self):
        """Everything in the layer of its own but directories."""
        return sorted(files_of(self.path + "/upper"))

    def mount(self):
        return self._overlay(self.path)

    def _overlay(self, place):
        root = os.path.join(self.path, "root")
        linux.mount("disk", root, "overlay", 0, f"lowerdir={':'.join(self.below)},upperdir={place}/upper,workdir={place}/work")
        return root

    def power_lost(self):
        """What is in this one's memory is written, however late."""
        return 0


class RealDisk(Disk):
    """The layer is an ext4 of its own, which is mounted anew after the power was lost: its journal is replayed, and what had
    not been written is not there."""

    def __init__(self, path, below, packages, empty):
        super().__init__(path, below, packages)
        self.image, self.at = path + "/image", path + "/ext4"
        os.makedirs(self.at)
        copy(empty, self.image)

    def mount(self):
        after = self.image + ".after"
        mount_image(after if os.path.exists(after) else self.image, self.at)
        self._make("ext4")
        return self._overlay(self.at)

    def power_lost(self):
        """From here on nothing is written. How many files the next start finds without what was in them."""
        written = files_of(self.at + "/upper")
        place = os.open(self.at, os.O_RDONLY)
        fcntl.ioctl(place, EXT4_IOC_SHUTDOWN, NOLOGFLUSH)
        # another file, so that it is not taken for the mounted one
        copy(self.image, self.image + ".after")
        os.makedirs(self.path + "/look")
        mount_image(self.image + ".after", self.path + "/look")
        found = files_of(self.path + "/look/upper")
        run("umount", self.path + "/look")
        return sum(1 for name, size in written.items() if found.get(name) != size)


def empty_image(path):
    """What real disks begin as; None where the kernel has no loop devices or no ext4."""
    run("truncate", "-s", SIZE, path)
    try:
        run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", "-J", "size=8", path)
        os.makedirs(path + ".try")
        run("mount", "-t", "ext4", "-o", "loop", path, path + ".try")
        run("umount", path + ".try")
    except (RuntimeError, OSError) as error:
        print(f"cuts: no disk that loses what is not synced: {error}", flush=True)
        return None
    return path


def files_of(place):
    """Sizes of what is there but directories."""
    return {os.path.join(at, name).removeprefix(place): os.lstat(os.path.join(at, name)).st_size
            for at, _, names in os.walk(place) for name in names}


def mount_image(image, place):
    """Loop devices are few, and those of machines that are gone are freed a moment later."""
    end = time.monotonic() + 20
    while True:
        try:
            return run("mount", "-t", "ext4", "-o", "loop", image, place)
        except RuntimeError:
            if time.monotonic() >= end:
                raise
        time.sleep(0.2)


def copy(image, to):
    run("cp", "--sparse=always", image, to)


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
