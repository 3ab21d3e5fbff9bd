#!/bin/sh
# nginx asks for the addresses behind a name only when it reads its configuration. Has it read again whenever
# instances came, went or moved, so that scaling and restarts need no hand.
set -eu

addresses() {
    # both or nothing: with a name that is gone the configuration would be refused
    ingest=$(getent ahostsv4 ingest) && realtime=$(getent ahostsv4 realtime) || return 0
    printf '%s\n%s\n' "$ingest" "$realtime" | cut -d ' ' -f 1 | sort -u
}

follow() {
    known=$(addresses)
    # long enough to cost nothing, short beside the start of an instance
    while sleep 2; do
        now=$(addresses)
        if [ -n "$now" ] && [ "$now" != "$known" ] && nginx -s reload; then known=$now; fi
    done
}

follow &
