# shellcheck shell=bash
# What the cases of both doctors share. Each file of them says whose `doctor` it is.

# found MACHINE ID: what is wrong by that word, as a comment, and each line of its cure.
found() {
    doctor "$1" --json | python3 -c '
import json, sys
for finding in json.load(sys.stdin)["findings"]:
    if finding["verdict"] == "wrong" and finding["id"] == sys.argv[1]:
        print("#", finding["subject"], finding["what"])
        print("\n".join(finding["cure"]))' "$2"
}
