# shellcheck shell=bash
# Alerts by mail, through a real mail server: Exim on the client's machine.

# mailing [LINE…]: LVS01 with the web service and [mail], with more lines of it.
mailing() {
    private_ca
    certificate mail mail.lab
    start_smtp client
    echo "$(rip client) mail.lab" >>"$WORK/hosts"
    mount --bind "$WORK/hosts" /etc/hosts
    real_servers_up
    {
        printf '[mail]\nto = ["ops@example.org", "night@example.org"]\nfrom = "lvs01@example.org"\nmerge = "2s"\n'
        printf '%s\n' "$@" ""
        web_service
    } | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
}

# in_turn HEADER: its values in the mails that came, in order.
in_turn() { mails client | sed -n "s/^$1: //p"; }

case_mail_plain() {
    mailing "server = \"$(rip client):25\"" 'helo = "lvs01.lab"'
    stop web-rs02
    wait_until "[[ \$(mails client) == *'$(rip rs02):80'* ]]" 30
    assert_contains "$(in_turn Subject)" "LVS01" "the subject"
    assert_contains "$(in_turn Subject)" "down" "the subject"
    assert_contains "$(mails client)" "connection refused" "the reason"
    assert_contains "$(mails client)" "(helo=lvs01.lab)" "the greeting"
    assert_eq "ops@example.org, night@example.org" "$(in_turn To | sort -u)" "whom it is for"
    start_web rs02
    wait_until "[[ \$(in_turn Subject) == *' up'* ]]" 30
}

# Both servers at once: one mail that says it all, also that the quorum is lost.
case_mail_merges_what_changes_at_once() {
    mailing "server = \"$(rip client):25\""
    kill -KILL "${PIDS[web-rs01]}" "${PIDS[web-rs02]}"
    wait_until "[[ \$(mails client) == *quorum* && \$(mails client) == *$(rip rs01):80* && \$(mails client) == *$(rip rs02):80* ]]" 30
    local number
    number=$(in_turn Message-I[Dd] | sort -u | wc -l)
    ((number <= 2)) || fail "$number mails for what happened at once"
}

case_mail_starttls_with_login() {
    mailing 'server = "mail.lab:587"' 'tls = "starttls"' "verify = \"$WORK/tls/ca.pem\"" \
        'login = { user = "lvs", password = "oldboy" }'
    stop web-rs02
    wait_until "[[ \$(mails client) == *'with esmtpsa'* ]]" 30
}

case_mail_tls_with_login() {
    mailing 'server = "mail.lab:465"' 'tls = "tls"' "verify = \"$WORK/tls/ca.pem\"" \
        'login = { user = "lvs", password = "oldboy" }'
    stop web-rs02
    wait_until "[[ \$(mails client) == *'with esmtpsa'* ]]" 30
}

# Nobody is told the password when the server cannot prove who it is.
case_mail_certificate_refused() {
    mailing 'server = "mail.lab:587"' 'tls = "starttls"' 'login = { user = "lvs", password = "oldboy" }'
    stop web-rs02
    wait_until "logged director-lvs01 certificate" 30
    assert_eq "" "$(mails client)" "mails"
}

# The server is away: the director serves as ever, says so once, and delivers when it is back.
case_mail_server_away() {
    mailing "server = \"$(rip client):25\""
    stop smtp-client KILL
    stop web-rs02
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    wait_until "logged director-lvs01 'connection refused'" 30
    start_smtp client
    wait_until "[[ \$(mails client) == *'$(rip rs02):80'* ]]" 90
}
