# shellcheck shell=bash
# What cases there are. A case may say on the line above its function what else it needs:
#   # machine: root=base host=rs01 limit=600
# the root file system (tests/lab.d/roots.sh), whose place in the note's cluster it takes, and how long it may take in all. With
# root=base,trixie it is two cases, one on each, and the second is called NAME-trixie. With host=none it makes its machines itself.

# cases [NAME…]: NAME FILE ROOT HOST LIMIT FUNCTION, a line each; with --alone names are whole.
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
            sub(/\(\).*/, "", $1)
            name = substr($1, 6)
            gsub(/_/, "-", name)
            number = split(said("root", "base"), roots, ",")
            for (i = 1; i <= number; i++)
                print name (i > 1 ? "-" roots[i] : ""), FILENAME, roots[i], said("host", "rs01"), said("limit", 600), substr($1, 6)
        }
        !/^# machine: / { wish = "" }
        function said(key, otherwise) {
            return match(wish, " " key "=[^ ]+") ? substr(wish, RSTART + length(key) + 2, RLENGTH - length(key) - 2) : otherwise
        }' [0-9]*.sh
}

# wanted NAME FILE ROOT HOST LIMIT FUNCTION [WISH…]
wanted() {
    local name=$1 file=${2#[0-9][0-9]-} wish
    shift 6
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
