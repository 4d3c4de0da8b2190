#!/bin/sh
# Compiles one of the programs beside this file: build.sh NAME DIRECTORY makes DIRECTORY/NAME, unless it is newer than
# its sources. Status 1 if it does not compile; 3, with one line on standard output, if something is not installed.
set -eu

name=$1
directory=$2
here=$(CDPATH='' cd -P "$(dirname "$0")" && pwd)
program=$directory/$name

missing() {
    echo "needs $*; scripts/install-tools.sh --peers installs it"
    exit 3
}

is_current() {
    [ -x "$program" ] && [ -z "$(find "$here" -newer "$program" -type f -print | head -n 1)" ]
}

# compile_c SOURCE [OPTION...]
compile_c() {
    command -v cc >/dev/null 2>&1 || missing "a C compiler (gcc, libc6-dev)"
    [ -r /usr/include/linux/if_tun.h ] || missing "linux-libc-dev"
    cc -O2 -std=gnu11 -Wall -Wextra -Werror -I "$here/common" -o "$program.$$" "$@"
    mv -f "$program.$$" "$program"
}

mkdir -p "$directory"
is_current && exit 0
case $name in
    load) compile_c "$here/load/load.c" ;;
    server) compile_c "$here/kernel/server.c" ;;
    responder) compile_c "$here/responder/responder.c" ;;
    *)
        echo "build.sh: no program '$name'" >&2
        exit 2
        ;;
esac
