#!/bin/sh
# Compiles one of the programs beside this file: build.sh NAME DIRECTORY makes DIRECTORY/NAME, unless it is newer than
# its sources. Status 1 if it does not compile; 3, with one line on standard output, if something is not installed.
#
#   WEIR_LWIP   the source of lwIP, otherwise where scripts/install-tools.sh --peers puts it
set -eu

name=$1
mkdir -p "$2"
directory=$(CDPATH='' cd -P "$2" && pwd)
here=$(CDPATH='' cd -P "$(dirname "$0")" && pwd)
program=$directory/$name
lwip=${WEIR_LWIP:-/usr/local/src/weir-peers/lwip}/src
go_path=/usr/share/gocode

missing() {
    echo "needs $*; scripts/install-tools.sh --peers installs it"
    exit 3
}

is_current() {
    [ -x "$program" ] && [ -z "$(find "$here" -newer "$program" -type f -print | head -n 1)" ]
}

# compile_c ARGUMENT...
compile_c() {
    command -v cc >/dev/null 2>&1 || missing "a C compiler (gcc, libc6-dev)"
    [ -r /usr/include/linux/if_tun.h ] || missing "the kernel's headers (linux-libc-dev)"
    cc -O3 -march=native -std=gnu11 -Wall -Wextra -Werror -I "$here/common" -o "$program.$$" "$@"
    mv -f "$program.$$" "$program"
}

# compile_lwip SOURCE: with the whole of lwIP, and settings of our own, which the packaged library cannot take.
compile_lwip() {
    [ -d "$lwip" ] || missing "the source of lwIP"
    compile_c -Wno-unused-parameter -I "$here/lwip" -I "$lwip/include" \
        "$1" "$here/lwip/checksum.c" "$lwip"/core/*.c "$lwip"/core/ipv4/*.c "$lwip/netif/ethernet.c"
}

compile_gvisor() {
    command -v go >/dev/null 2>&1 || missing "golang-go"
    [ -d "$go_path/src/gvisor.dev/gvisor" ] || missing "golang-gvisor-gvisor-dev"
    (cd "$here/gvisor" && GO111MODULE=off GOPATH=$go_path GOCACHE=$directory/go-cache GOFLAGS= go build -o "$program.$$")
    mv -f "$program.$$" "$program"
}

is_current && exit 0
case $name in
    load) compile_c "$here/load/load.c" ;;
    server) compile_c "$here/kernel/server.c" ;;
    responder) compile_c "$here/responder/responder.c" ;;
    lwip) compile_lwip "$here/lwip/host.c" ;;
    lwip-pair) compile_lwip "$here/lwip/pair.c" ;;
    gvisor) compile_gvisor ;;
    *)
        echo "build.sh: no program '$name'" >&2
        exit 2
        ;;
esac
