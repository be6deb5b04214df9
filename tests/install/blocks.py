#!/usr/bin/env python3
"""README MACHINE DIRECTORY: what the README has for a machine, as scripts 001, 002 … in its order. A block marked `sh` begins with
`# on MACHINE`; a block marked `toml` that begins with `# /path on MACHINE` is that file. A block marked `sh` that names no
machine is an error, so that none is left out."""

import pathlib
import re
import sys


def main():
    readme, machine, directory = sys.argv[1:]
    text = pathlib.Path(readme).read_text(encoding="utf-8")
    scripts = [script for owner, script in blocks(text) if owner == machine]
    for number, script in enumerate(scripts, 1):
        (pathlib.Path(directory) / f"{number:03}").write_text(script, encoding="utf-8")


def blocks(text):
    for kind, body in re.findall(r"^```(sh|toml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        first = body.partition("\n")[0]
        if kind == "sh":
            if not (found := re.fullmatch(r"# on (\w+)", first)):
                sys.exit(f"a block names no machine: {first}")
            yield found[1], body
        elif found := re.fullmatch(r"# (/\S+) on (\w+)", first):
            yield found[2], written(found[1], body)


def written(path, body):
    return f"mkdir -p {pathlib.Path(path).parent}\ncat >{path} <<'END-OF-FILE'\n{body}END-OF-FILE\n"


main()
