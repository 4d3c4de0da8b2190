package org.weir.preload;

/// Why the latest sockets have failed whose ends had to be closed for that: a program asks when its own end tells it of
/// a reset.
final class LostErrors {
    private static final int REMEMBERED = 1_024;

    private final long[] ids = new long[REMEMBERED];
    private final int[] errors = new int[REMEMBERED];
    private int next;

    void remember(long id, int error) {
        ids[next] = id;
        errors[next] = error;
        next = (next + 1) % REMEMBERED;
    }

    /// The error of `id`, which is thereby forgotten; 0 if there is none. Asked after a failure only: the search
    /// may take a microsecond.
    int take(long id) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (ids[i] == id) {
                ids[i] = 0;
                return errors[i];
            }
        }
        return 0;
    }
}
