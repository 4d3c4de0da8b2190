package org.weir.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.weir.benchmarks.peers.Contestant.Kind;

/// Who takes part, in the order of the tables.
final class Contestants {
    private final PeerPrograms programs;
    private final List<String> weir;

    /// @param weir the command line of the `weir` command, without arguments
    Contestants(PeerPrograms programs, List<String> weir) {
        this.programs = programs;
        this.weir = weir;
    }

    List<Contestant> all() {
        return List.of(
                new TapContestant("weir", "Weir", Kind.STACK, () -> weir()),
                new TapContestant("weir-plain", "Weir, no offload", Kind.STACK, () -> weir("--no-offload")),
                new TapContestant("weir-sleep", "Weir, sleeps at once", Kind.STACK, () -> weir("--idle", "sleep")),
                peer("lwip", "lwIP", Kind.STACK, "lwip", "block"),
                peer("lwip-spin", "lwIP, spins first", Kind.STACK, "lwip", "spin"),
                peer("gvisor", "gVisor", Kind.STACK, "gvisor"),
                new VethContestant("kernel", "kernel to kernel, veth", true, programs),
                new VethContestant("kernel-plain", "kernel to kernel, veth, no offload", false, programs),
                peer("limit", "no stack: the TAP's limit", Kind.LIMIT, "responder", "offload"),
                peer("limit-plain", "no stack: the plain TAP's limit", Kind.LIMIT, "responder", "plain"));
    }

    private TapContestant peer(String name, String title, Kind kind, String program, String... arguments) {
        return new TapContestant(name, title, kind, () -> {
            final List<String> words = new ArrayList<>();
            words.add(programs.file(program).toString());
            words.add(TapContestant.TAP);
            words.addAll(List.of(arguments));
            return words;
        });
    }

    private List<String> weir(String... options) {
        final List<String> words = new ArrayList<>(weir);
        words.addAll(List.of("up", "--tap", TapContestant.TAP, "--ip", Site.SERVER_ADDRESS.toString()));
        words.addAll(List.of("--echo", "7", "--discard", "9", "--chargen", "19"));
        words.addAll(List.of(options));
        return words;
    }
}
