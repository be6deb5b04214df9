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

# What the machine beneath has in these places is no matter of these cases: each is empty, and may be filled.
PLACES=(/run/systemd /etc/systemd/system /etc/systemd/network /usr/lib/systemd/network /usr/local/lib/systemd/network
    /etc/init.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d /etc/rc.d/rc2.d /etc/rc.d/rc3.d /etc/rc.d/rc4.d /etc/rc.d/rc5.d
    /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /etc/netplan /etc/network /etc/cron.d /etc/keepalived
    /etc/NetworkManager /etc/sysconfig/network-scripts /etc/lvs-director)

alone() {
    local place
    for place in "${PLACES[@]}"; do
        [[ ! -d $place ]] || mount -t tmpfs alone "$place"
    done
    for place in /etc/sysctl.conf /etc/rc.local /etc/rc.d/rc.local; do
        [[ ! -f $place ]] || mount --bind "$(mktemp -p "$WORK")" "$place"
    done
}

# paste_cure MACHINE: the cure in $WORK/cure, as a person would.
paste_cure() { on "$1" env PATH="$LAB_BIN:$PATH" bash -e "$WORK/cure" >/dev/null; }

# cured MACHINE ID: wrong now, and no more when the cure was pasted.
cured() {
    local machine=$1 id=$2
    found "$machine" "$id" >"$WORK/cure"
    [[ -s $WORK/cure ]] || fail "doctor does not find $id: $(doctor "$machine")"
    paste_cure "$machine"
    assert_eq "" "$(found "$machine" "$id")" "$id after its cure: $(cat "$WORK/cure")"
}

# planted MACHINE ID COMMAND…: wrong after the command, and no more when the cure was pasted.
planted() {
    on "$1" "${@:3}"
    cured "$1" "$2"
}

# unharmed MACHINE ID COMMAND…: not wrong after the command.
unharmed() {
    on "$1" "${@:3}"
    assert_eq "" "$(found "$1" "$2")" "$2 after: ${*:3}"
}

# by_hand_only MACHINE ID WORDS: wrong, and the cure is a comment that says these words and no command.
by_hand_only() {
    local said
    said=$(found "$1" "$2")
    assert_contains "$said" "$3" "$2"
    assert_eq "" "$(grep -v '^#' <<<"$said")" "commands against $2"
}
