package org.weir.benchmarks.peers;

import java.util.List;

/// What is measured of every contestant, and what is then compared; [Comparisons] has them.
public final class Comparison {
    private final String name;
    private final String title;
    private final String about;
    private final List<String> contestants;
    private final List<Part> parts;
    private final List<Ratio> ratios;

    /// @param name of the section in the page, and of the command
    /// @param about a sentence or two on how it is measured
    /// @param contestants the names of those who take part unless others are asked for
    Comparison(
            String name, String title, String about, List<String> contestants, List<Part> parts, List<Ratio> ratios) {
        this.name = name;
        this.title = title;
        this.about = about;
        this.contestants = List.copyOf(contestants);
        this.parts = List.copyOf(parts);
        this.ratios = List.copyOf(ratios);
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    String about() {
        return about;
    }

    List<String> contestants() {
        return contestants;
    }

    List<Part> parts() {
        return parts;
    }

    List<Ratio> ratios() {
        return ratios;
    }
}
