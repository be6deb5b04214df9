# shellcheck shell=bash
# The corpus of keepalived.conf files beside the program that they were written for.

case_corpus_beside_keepalived() { beside_program 0; }
case_corpus_beside_keepalived_too() { beside_program 1; }

# beside_program 0|1: every other file. The exit code in its second line is that of `keepalived -t`, by keepalived itself; taken
# by both or by neither, or its third line says why.
beside_program() {
    local file wanted ours wrong=0 number=0
    for file in "$LAB_REPO"/src/keepalived/tests/corpus/*.conf; do
        number=$((number + 1))
        ((number % 2 == $1)) || continue
        wanted=$(sed -n '2s/# keepalived -t: \([a-z0-9]*\).*/\1/p' "$file")
        case $wanted in 0 | 6) ours=0 ;; *) ours=78 ;; esac
        [[ $(sed -n 3p "$file") != "# here: "* ]] || ours=$((78 - ours))
        says theirs "$wanted" keepalived -t -i lvs01 -f "$file" &&
            says ours "$ours" "$LAB_BIN/lvs-director" check -i lvs01 -c "$file" || wrong=$((wrong + 1))
    done
    echo "$number files, $wrong wrong"
    ((number >= 60 && wrong == 0))
}

# says NAME CODE COMMAND…: on LVS01; whether it ends with that code, and what it said if not.
says() {
    local code=0
    on lvs01 "${@:3}" >"$WORK/$1" 2>&1 || code=$?
    ((code < 128)) || code=crashes
    [[ $code != "$2" ]] || return 0
    echo "$code and not $2: ${*:3}"
    sed 's/^/    /' "$WORK/$1"
    return 1
}
