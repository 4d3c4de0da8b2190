#!/bin/sh
# Runs the POSIX cases on the kernel's sockets and with libweir.so, each in a network namespace of its own, and compares
# what they print. Status 0 if the two differ as documented and in nothing else.
#
# usage: compare.sh PROGRAMS LIBRARY WEIR [CASE...]
#
#   PROGRAMS  the directory of `posix` and `peer`, see Makefile; what they print is left there
#   LIBRARY   libweir.so, or with CHECKER=asan the one that `make asan` builds
#   WEIR      the weir command, for the library to start a host with
#   CHECKER   asan or valgrind to run the library under these; they say what they find among what the cases print
set -eu

directory=$(CDPATH='' cd -P "${0%/*}" && pwd)
programs=$(CDPATH='' cd -P "$1" && pwd)
library=$(readlink -f "$2")
command=$(readlink -f "$3")
shift 3
own=10.10.10.2
peer=10.10.10.1

# As root, or as whoever may make a user namespace.
in_namespace() {
    if [ "$(id -u)" -eq 0 ]; then
        unshare -n "$@"
    else
        unshare -rn "$@"
    fi
}

# The kernel has both addresses.
# shellcheck disable=SC2016 # for the inner shell
native() {
    in_namespace sh -c '
        own=$1 peer=$2 programs=$3
        shift 3
        ip link set lo up && ip addr add "$own/24" dev lo && ip addr add "$peer/24" dev lo || exit 2
        exec "$programs/posix" "$own" "$peer" "$programs/peer" "$@"
    ' native "$own" "$peer" "$programs" "$@" >"$programs/native.txt"
}

# The library starts a host, which makes the device and gives the kernel its address.
# shellcheck disable=SC2016
weir() {
    case ${CHECKER:-} in
    asan) preload="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so) $library" ;;
    *) preload=$library ;;
    esac
    found=$run/found
    case ${CHECKER:-} in
    valgrind) # A case that becomes another user could not remove what vgdb leaves.
        checker="valgrind -q --vgdb=no --trace-children=yes --trace-children-skip=*/peer,$command --log-file=$found.%p"
        ;;
    *) checker= ;;
    esac
    PRELOAD=$preload WEIR_SOCKET=$run/control WEIR_COMMAND=$command in_namespace sh -c '
        own=$1 peer=$2 programs=$3 checker=$4
        shift 4
        ip link set lo up || exit 2
        export LD_PRELOAD="$PRELOAD" ASAN_OPTIONS=detect_leaks=0
        exec $checker "$programs/posix" "$own" "$peer" "$programs/peer" "$@"
    ' weir "$own" "$peer" "$programs" "$checker" "$@" >"$programs/weir.txt"
    cat "$found".* >>"$programs/weir.txt" 2>/dev/null || true
}

# A documented difference is a line that begins with "-", what the kernel's sockets do, and the lines that follow it and
# begin with "+", what happens instead: none where nothing does. What the kernel printed is rewritten in this way; then
# the two must be equal. If all cases ran, a difference that is not one any more is an error, too.
check() {
    awk -v whole="$1" '
        FNR == NR && /^-/ { line = substr($0, 2); known[line] = 1; next }
        FNR == NR && /^\+/ { instead[line] = instead[line] substr($0, 2) "\n"; next }
        FNR == NR { next }
        $0 in known { used[$0] = 1; printf "%s", instead[$0]; next }
        { print }
        END {
            for (line in known) {
                if (whole && !(line in used)) {
                    print "the kernel does not print: " line > "/dev/stderr"
                    bad = 1
                }
            }
            exit bad
        }
    ' "$directory/differences.txt" "$programs/native.txt" >"$programs/expected.txt"
    diff -U 3 "$programs/expected.txt" "$programs/weir.txt"
}

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
native "$@"
weir "$@"
check $((1 - ($# > 0)))
