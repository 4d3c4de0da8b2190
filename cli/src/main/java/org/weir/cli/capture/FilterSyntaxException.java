package org.weir.cli.capture;

/// A filter that cannot be read: what is wrong, and where.
public final class FilterSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int position;

    /// @param position of the first character that is wrong, from 0 on
    FilterSyntaxException(int position, String message) {
        super("filter, at " + (position + 1) + ": " + message);
        this.position = position;
    }

    /// The place of the first character that is wrong, from 0 on.
    public int position() {
        return position;
    }
}
