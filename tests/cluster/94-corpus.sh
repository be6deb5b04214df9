# shellcheck shell=bash
# The corpus of keepalived.conf files beside the program that they were written for.

# The exit code in each file's second line is that of `keepalived -t`, by keepalived itself; ours is what the file says of it.
case_corpus_beside_keepalived() {
    local file wanted ours code status wrong=0 number=0
    for file in "$LAB_REPO"/src/keepalived/tests/corpus/*.conf; do
        number=$((number + 1))
        wanted=$(sed -n '2s/# keepalived -t: \([a-z0-9]*\).*/\1/p' "$file")
        status=0
        on lvs01 keepalived -t -i lvs01 -f "$file" >"$WORK/theirs" 2>&1 || status=$?
        ((status < 128)) || status=crashes
        code=0
        on lvs01 "$LAB_BIN/lvs-director" check -i lvs01 -c "$file" >"$WORK/ours" 2>&1 || code=$?
        # taken by both or by neither, or the third line says why
        case $wanted in 0 | 6) ours=0 ;; *) ours=78 ;; esac
        [[ $(sed -n 3p "$file") != "# here: "* ]] || ours=$((78 - ours))
        if [[ $status != "$wanted" || $code != "$ours" ]]; then
            wrong=$((wrong + 1))
            echo "$(basename "$file"): keepalived -t $status, the file says $wanted; check $code, wanted $ours"
            sed 's/^/    /' "$WORK/theirs" "$WORK/ours"
        fi
    done
    echo "$number files, $wrong wrong"
    ((number >= 60 && wrong == 0))
}
