# shellcheck shell=bash
# How the demonstrations talk.

say() { printf '\n%s\n' "$*"; }

chapter() { printf '\n== %s\n' "$*"; }

# show MACHINE COMMAND…: the command and its real output.
show() {
    printf '\n   %s# %s\n' "$1" "${*:2}"
    on "$@" 2>&1 | sed 's/^/   /'
}

# The hardware addresses that arping prints, with their owners' names.
who_is_who() {
    local machine line=
    for machine in lvs01 rs01 rs02; do
        line+="$machine is $(mac "$machine" | tr 'a-f' 'A-F')   "
    done
    echo "   ($line)"
}

give_up() {
    trap - ERR
    echo "the demonstration failed at $1:$2: $3" >&2
    tail -n 20 "$WORK"/*.log >&2
    exit 1
}
