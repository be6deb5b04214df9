# shellcheck shell=bash
# What the cases of both doctors share. Each file of them says whose `doctor` it is.

# found MACHINE ID: what is wrong by that word, as a comment, and each line of its cure. Fails where nothing was said by that word.
found() {
    doctor "$1" --json | python3 -c '
import json, sys
findings = [finding for finding in json.load(sys.stdin)["findings"] if finding["id"] == sys.argv[1]]
if not findings:
    sys.exit(f"doctor says nothing by the word {sys.argv[1]}")
for finding in findings:
    if finding["verdict"] == "wrong":
        print("#", finding["subject"], finding["what"])
        print("\n".join(finding["cure"]))' "$2"
}

# What the machine beneath has in these places is no matter of these cases: each is empty, and may be filled. Those of /etc are always
# there, whatever the machine has.
PLACES=(/run/systemd /usr/lib/systemd/network /usr/local/lib/systemd/network /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d)
PLACES_OF_ETC=(systemd/system systemd/network init.d rc{2,3,4,5}.d sysctl.d netplan network cron.d keepalived NetworkManager
    sysconfig/network-scripts lvs-director)

alone() {
    local place
    own_etc
    for place in "${PLACES[@]}"; do
        [[ ! -d $place ]] || mount -t tmpfs alone "$place"
    done
}

# A copy of the machine's, in memory. Whatever is deleted is deleted before it is called /etc.
own_etc() {
    local etc=$WORK/etc place
    [[ ! -d $etc ]] || return 0
    cp -a /etc "$etc"
    rm -rf "$etc"/{rc.d,rc.local,sysctl.conf}
    for place in "${PLACES_OF_ETC[@]}"; do
        rm -rf "${etc:?}/$place"
        mkdir -p "$etc/$place"
    done
    mount --bind "$etc" /etc
}

# paste_cure MACHINE: the cure in $WORK/cure, as a person would.
paste_cure() { on "$1" env PATH="$LAB_BIN:$PATH" bash -e "$WORK/cure" >/dev/null; }

# cured MACHINE ID: wrong now, and no more when the cure was pasted.
cured() {
    local machine=$1 id=$2
    found "$machine" "$id" >"$WORK/cure"
    [[ -s $WORK/cure ]] || fail "doctor does not find $id: $(doctor "$machine")"
    paste_cure "$machine"
    not_wrong "$machine" "$id" "after its cure: $(cat "$WORK/cure")"
}

# not_wrong MACHINE ID WHEN: looked at, and not wrong.
not_wrong() {
    local said
    said=$(found "$1" "$2")
    assert_eq "" "$said" "$2 $3"
}

# planted MACHINE ID COMMAND…: wrong after the command, and no more when the cure was pasted.
planted() {
    on "$1" "${@:3}"
    cured "$1" "$2"
}

# unharmed MACHINE ID COMMAND…: not wrong after the command.
unharmed() {
    on "$1" "${@:3}"
    not_wrong "$1" "$2" "after: ${*:3}"
}

# by_hand_only MACHINE ID WORDS: wrong, and the cure is a comment that says these words and no command.
by_hand_only() {
    local said
    said=$(found "$1" "$2")
    assert_contains "$said" "$3" "$2"
    assert_eq "" "$(grep -v '^#' <<<"$said")" "commands against $2"
}
