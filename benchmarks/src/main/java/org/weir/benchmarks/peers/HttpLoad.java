package org.weir.benchmarks.peers;

import java.util.List;

/// `wrk` as a load: it warms up, then measures, and its last line is a result as that of `benchmarks/peers/load`.
final class HttpLoad {
    private static final long MS_PER_S = 1_000;

    /// Arguments: URL, connections, seconds of warm-up, seconds, process id. The clock of /proc ticks a hundred
    /// times a second.
    private static final String SCRIPT = """
        command -v wrk >/dev/null || { echo "wrk is not installed"; exit 1; }
        lua=$(mktemp) || exit 1
        trap 'rm -f "$lua"' EXIT
        cat >"$lua" <<'END'
        done = function(summary)
            local e = summary.errors
            local errors = e.connect + e.read + e.write + e.status + e.timeout
            io.write(string.format("count=%d octets=%d seconds=%f errors=%d",
                summary.requests, summary.bytes, summary.duration / 1e6, errors))
        end
        END
        i=0
        until curl -s -o /dev/null "$1"; do
            i=$((i + 1))
            [ $i -lt 50 ] || { echo "nobody answers at $1"; exit 1; }
            sleep 0.1
        done
        ticks() { awk '{ sub(/.*[)] /, ""); print $12 + $13 }' "/proc/$1/stat"; }
        all() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat; }
        wrk -t 1 -c "$2" -d "$3" "$1" >/dev/null || exit 1
        before=$(ticks "$5")
        before_all=$(all)
        line=$(wrk -t 1 -c "$2" -d "$4" -s "$lua" "$1" | tail -n 1)
        after=$(ticks "$5")
        after_all=$(all)
        case $line in
            *errors=0) ;;
            *) echo "requests failed: $line"; exit 1 ;;
        esac
        echo "$line" | awk -v process=$((after - before)) -v machine=$((after_all - before_all)) \\
            '{ print $0 " process_seconds=" process / 100 " machine_seconds=" machine / 100 }'
        """;

    private HttpLoad() {}

    /// The command line for `connections` that ask for `path` again and again.
    static List<String> words(String address, String path, int connections, Span span, long pid) {
        return List.of(
                "sh",
                "-c",
                SCRIPT,
                "http-load",
                "http://" + address + "/" + path,
                Integer.toString(connections),
                seconds(span.warmUpMs()),
                seconds(span.measuredMs()),
                Long.toString(pid));
    }

    /// Whole ones, as wrk has them.
    private static String seconds(long ms) {
        return Math.max(1, (ms + MS_PER_S - 1) / MS_PER_S) + "s";
    }
}
