package org.weir.cli;

/// A command cannot be done, and the user is told why in one line.
public final class Failure extends Exception {
    /// For what has no status of its own.
    public static final int GENERAL = 1;
    /// As a shell has it: the command was found and cannot be run.
    public static final int NOT_EXECUTABLE = 126;
    /// As a shell has it: the command was not found.
    public static final int NOT_FOUND = 127;

    private static final long serialVersionUID = 1;

    private final int status;

    public Failure(int status, String message) {
        super(message);
        this.status = status;
    }

    public Failure(String message) {
        this(GENERAL, message);
    }

    /// The exit status that `e` stands for.
    public static int statusOf(Exception e) {
        return e instanceof Failure failure ? failure.status : GENERAL;
    }
}
