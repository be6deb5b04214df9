# shellcheck shell=bash
# What cases there are. A case may say on the line above its function what else it needs:
#   # machine: root=base host=rs01 limit=600
# the root file system (tests/lab.d/roots.sh), whose place in the note's cluster it takes, and how long it may take in all. With host=none it makes its machines itself.

# cases [NAME…]: NAME FILE ROOT HOST LIMIT, a line each; with --alone names are whole.
cases() {
    local line
    while read -r line; do
        # shellcheck disable=SC2086
        ! wanted $line "$@" || echo "$line"
    done < <(all_cases)
}

all_cases() {
    awk '
        /^# machine: / { wish = $0 }
        /^case_[a-z0-9_]+\(\)/ && !/__[0-9]/ {
            name = $1
            sub(/^case_/, "", name)
            sub(/\(\).*/, "", name)
            gsub(/_/, "-", name)
            print name, FILENAME, said("root", "base"), said("host", "rs01"), said("limit", 600)
        }
        !/^# machine: / { wish = "" }
        function said(key, otherwise) {
            return match(wish, " " key "=[^ ]+") ? substr(wish, RSTART + length(key) + 2, RLENGTH - length(key) - 2) : otherwise
        }' [0-9]*.sh
}

# wanted NAME FILE ROOT HOST LIMIT [WISH…]
wanted() {
    local name=$1 file=${2#[0-9][0-9]-} wish
    shift 5
    (($#)) || return 0
    for wish in "$@"; do
        if [[ ${ALONE-} ]]; then
            [[ $name != "$wish" ]] || return 0
        else
            [[ $name != "$wish"* && ${file%.sh} != "$wish"* ]] || return 0
        fi
    done
    return 1
}
