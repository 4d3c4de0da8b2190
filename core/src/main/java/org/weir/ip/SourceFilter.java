package org.weir.ip;

/// Which sources of a group are heard, RFC 3376 section 2: those in a list (INCLUDE), or all but those in a list
/// (EXCLUDE). A fresh one includes nobody.
final class SourceFilter {
    final SourceList sources;
    boolean excludes;

    SourceFilter(int capacity) {
        sources = new SourceList(capacity);
    }

    boolean passes(int source) {
        return sources.contains(source) != excludes;
    }

    /// True if no source passes: there is no reception at all.
    boolean isClosed() {
        return !excludes && sources.isEmpty();
    }

    boolean isSameAs(SourceFilter other) {
        if (excludes != other.excludes || sources.size() != other.sources.size()) {
            return false;
        }
        for (int i = 0; i < sources.size(); i++) {
            if (!other.sources.contains(sources.get(i))) {
                return false;
            }
        }
        return true;
    }

    void clear() {
        sources.clear();
        excludes = false;
    }
}
