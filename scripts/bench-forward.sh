#!/bin/sh
# Measures what passes a router between two networks: one TCP connection of iperf3, in gigabits a second. The router is
# Weir between two TAPs, with and without offload, and the kernel between two veths, in turn.
#
#   scripts/bench-forward.sh [ROUNDS]       3 by default; a round takes half a minute. Needs root, iperf3 and iproute2.
#
# All of it is in network namespaces that end with it.
set -eu

if [ -z "${WEIR_BENCH_INSIDE:-}" ]; then
    root=$(cd "$(dirname "$0")/.." && pwd)
    "$root/weir" --version >/dev/null
    WEIR_BENCH_INSIDE=$root exec unshare --net --mount-proc --pid --fork --kill-child sh "$0" "$@"
fi
weir=$WEIR_BENCH_INSIDE/weir
rounds=${1:-3}
seconds=5

ip link set lo up
unshare --net sleep 3600 &
far=$!
unshare --net sleep 3600 &
router=$!
sleep 0.5
in_far="nsenter --net --target $far"
in_router="nsenter --net --target $router"

# near DEVICE, far DEVICE: the hosts, behind a router that has 10.1.0.1 and 10.2.0.1.
hosts() {
    ip address add 10.1.0.2/24 dev "$1"
    ip link set "$1" up
    ip route add default via 10.1.0.1
    ip link set "$2" netns "$far"
    $in_far ip address add 10.2.0.2/24 dev "$2"
    $in_far ip link set "$2" up
    $in_far ip route add default via 10.2.0.1
}

# NAME: prints what passes in one direction.
measure() {
    ping -c 3 -i 0.2 -q 10.2.0.2 >/dev/null
    $in_far iperf3 -s -1 >/dev/null &
    sleep 0.5
    iperf3 -c 10.2.0.2 -t $seconds -f g | awk -v name="$1" '/receiver/ { print name, $(NF - 2) }'
}

through_weir() {
    name=$1
    shift
    "$weir" up --tap near --ip 10.1.0.1/24 --tap far --ip 10.2.0.1/24 --forward --socket none "$@" >ready &
    process=$!
    until grep -q ready ready; do sleep 0.1; done
    hosts near far
    measure "$name"
    kill "$process"
    wait "$process" || true
}

through_the_kernel() {
    ip link add near type veth peer name inner
    ip link add far type veth peer name outer
    ip link set inner netns "$router"
    ip link set outer netns "$router"
    $in_router ip address add 10.1.0.1/24 dev inner
    $in_router ip address add 10.2.0.1/24 dev outer
    $in_router ip link set inner up
    $in_router ip link set outer up
    $in_router sysctl -qw net.ipv4.ip_forward=1
    hosts near far
    measure kernel
    ip link delete near
    $in_far ip link delete far
}

cd "$(mktemp -d)"
for _ in $(seq "$rounds"); do
    through_weir weir
    through_weir weir-plain --no-offload
    through_the_kernel
done | tee results
awk '{ sum[$1] += $2; n[$1]++ } END { for (k in n) printf "mean %s %.2f\n", k, sum[k] / n[k] }' results
