#!/bin/sh
# Installs what the tests and the build need and this machine lacks, from Debian's packages.
# A JDK 25 is not among Debian's packages: without one this says so and ends with status 1.
set -eu

fail() {
    echo "install-tools: $*" >&2
    exit 1
}

# A command, and the package that has it.
tools='
curl:curl
dig:bind9-dnsutils
ip:iproute2
iperf3:iperf3
mvn:maven
nc:netcat-openbsd
ping:iputils-ping
ps:procps
python3:python3
setpriv:util-linux
socat:socat
sha256sum:coreutils
tcpdump:tcpdump
unshare:util-linux
'

# Some of these commands are where only root's PATH looks.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

missing=
for tool in $tools; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || missing="$missing ${tool#*:}"
done

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null 2>&1 || fail "not a Debian system; install by hand:$missing"
    [ "$(id -u)" -eq 0 ] || fail "not root; run: sudo apt-get install$missing"
    export DEBIAN_FRONTEND=noninteractive
    echo "install-tools: installing$missing"
    apt-get update -q
    # shellcheck disable=SC2086 # a list of words
    apt-get install -q -y --no-install-recommends $missing
fi

is_jdk() {
    [ -x "$1/bin/javac" ] && grep -Eq '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$1/release" 2>/dev/null
}

on_path=$(command -v javac || true)
[ -z "$on_path" ] || on_path=$(readlink -f "$on_path")
for jdk in "${WEIR_JAVA_HOME:-}" "${JAVA_HOME:-}" "${on_path%/bin/javac}" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /opt/*; do
    if [ -n "$jdk" ] && is_jdk "$jdk"; then
        echo "install-tools: everything is there"
        exit 0
    fi
done
fail "no JDK 25 found; Debian has none: get one from https://adoptium.net and unpack it into /usr/lib/jvm"
