#!/bin/sh
# Installs what the tests and the build need and this machine lacks, from Debian's packages.
# A JDK 25 is not among Debian's packages: without one this says so and ends with status 1.
#
#   --peers   also what the side-by-side benchmarks need: compilers, and the stacks that they compare with
set -eu

fail() {
    echo "install-tools: $*" >&2
    exit 1
}

with_peers=
case ${1:-} in
    '') ;;
    --peers) with_peers=yes ;;
    *)
        echo "install-tools: unknown argument '$1'; there is --peers" >&2
        exit 2
        ;;
esac

# A command, and the package that has it.
tools='
ab:apache2-utils
atftp:atftp
atftpd:atftpd
arping:iputils-arping
cc:gcc
chromium:chromium
curl:curl
dig:bind9-dnsutils
dnsmasq:dnsmasq-base
git:git
hping3:hping3
ip:iproute2
iperf3:iperf3
kea-dhcp4:kea-dhcp4-server
make:make
mtr:mtr-tiny
mvn:maven
nc:netcat-openbsd
nginx:nginx-light
nmap:nmap
openssl:openssl
ping:iputils-ping
ps:procps
python3:python3
redis-benchmark:redis-tools
redis-server:redis-server
scapy:python3-scapy
setpriv:util-linux
socat:socat
sha256sum:coreutils
ssh:openssh-client
sshd:openssh-server
tcpdump:tcpdump
tcpreplay:tcpreplay
tftp:tftp-hpa
traceroute:traceroute
tshark:tshark
unbound:unbound
unshare:util-linux
valgrind:valgrind
wget:wget
wrk:wrk
'

# Servers that tests start by themselves. A file, and the package that has it.
files='
/usr/include/stdio.h:libc6-dev
/usr/lib/python3/dist-packages/cryptography:python3-cryptography
/usr/lib/postgresql:postgresql
'

peer_tools='
dpkg-source:dpkg-dev
ethtool:ethtool
go:golang-go
'

# A file, and the package that has it.
peer_files='
/usr/include/linux/if_tun.h:linux-libc-dev
/usr/share/gocode/src/gvisor.dev/gvisor:golang-gvisor-gvisor-dev
'

# Debian's library of lwIP has windows of 64 KiB compiled in, so that its source package is needed.
lwip=/usr/local/src/weir-peers/lwip

# Some of these commands are where only root's PATH looks.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

[ -z "$with_peers" ] || tools="$tools $peer_tools"
missing=
for tool in $tools; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || missing="$missing ${tool#*:}"
done
for file in $files ${with_peers:+$peer_files}; do
    [ -e "${file%%:*}" ] || missing="$missing ${file#*:}"
done

# No server is started by its package: tests start their own, in namespaces of their own.
without_services() {
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
}

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null 2>&1 || fail "not a Debian system; install by hand:$missing"
    [ "$(id -u)" -eq 0 ] || fail "not root; run: sudo apt-get install$missing"
    export DEBIAN_FRONTEND=noninteractive
    echo "install-tools: installing$missing"
    apt-get update -q
    without_services
    # shellcheck disable=SC2086 # a list of words
    apt-get install -q -y --no-install-recommends $missing
fi

# The packages of the two TFTP servers exclude each other: the second one is only unpacked.
fetch_tftpd() {
    [ "$(id -u)" -eq 0 ] || fail "not root; run: sudo $0"
    echo "install-tools: fetching tftpd-hpa"
    work=$(mktemp -d)
    chmod 755 "$work"
    [ -n "$(ls /var/lib/apt/lists/*_Packages* 2>/dev/null)" ] || apt-get update -q
    (cd "$work" && apt-get download -q -o APT::Sandbox::User=root tftpd-hpa && dpkg -x ./tftpd-hpa_*.deb .)
    mkdir -p /usr/local/sbin
    cp "$work/usr/sbin/in.tftpd" /usr/local/sbin/tftpd-hpa
    rm -rf "$work"
}

command -v tftpd-hpa >/dev/null 2>&1 || fetch_tftpd

# Fetches a source package with lists of its own: what apt is set up with on this machine stays as it is.
fetch_lwip() {
    [ "$(id -u)" -eq 0 ] || fail "not root; run: sudo $0 --peers"
    echo "install-tools: fetching the source of lwIP"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial"
    [ -n "$(ls /var/lib/apt/lists/*_InRelease 2>/dev/null)" ] || apt-get update -q
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' | sort -u >"$work/sources.list"
    set -- -q -o APT::Sandbox::User=root -o Dir::Etc::sourceparts=- \
        -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::State::lists="$work/lists"
    apt-get "$@" update
    (cd "$work" && apt-get "$@" --download-only source lwip && dpkg-source --no-check -x ./*.dsc lwip)
    mkdir -p "${lwip%/*}"
    mv "$work/lwip" "$lwip"
}

[ -z "$with_peers" ] || [ -d "$lwip" ] || fetch_lwip

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
