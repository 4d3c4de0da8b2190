package org.weir.benchmarks.peers;

import java.util.List;

/// One load of a comparison, and what is read from it. The first figure is the one that is drawn.
///
/// @param word what it is called in the names of files
record Part(String word, String title, Load load, List<Figure> figures) {}
