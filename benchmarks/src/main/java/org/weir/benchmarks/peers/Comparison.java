package org.weir.benchmarks.peers;

import java.util.List;

/// What is measured of every contestant, and what is then compared; [Comparisons] has them.
public final class Comparison {
    private final String name;
    private final String title;
    private final String about;
    private final List<Part> parts;
    private final List<Ratio> ratios;

    /// @param name of the section in the page, and of the command
    /// @param about a sentence or two on how it is measured
    Comparison(String name, String title, String about, List<Part> parts, List<Ratio> ratios) {
        this.name = name;
        this.title = title;
        this.about = about;
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

    List<Part> parts() {
        return parts;
    }

    List<Ratio> ratios() {
        return ratios;
    }
}
