#!/bin/sh
# nginx resolves the addresses behind a name only when it reads its configuration. This script reloads nginx whenever
# instances start, stop or move, so that scaling and restarts need no manual step.
set -eu

addresses() {
    # both names must resolve: nginx refuses a configuration with an unknown name
    ingest=$(getent ahostsv4 ingest) && realtime=$(getent ahostsv4 realtime) || return 0
    printf '%s\n%s\n' "$ingest" "$realtime" | cut -d ' ' -f 1 | sort -u
}

follow() {
    known=$(addresses)
    # rare enough to cost nothing, and short compared with the start of an instance
    while sleep 2; do
        now=$(addresses)
        if [ -n "$now" ] && [ "$now" != "$known" ] && nginx -s reload; then known=$now; fi
    done
}

follow &
