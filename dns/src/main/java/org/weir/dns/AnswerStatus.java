package org.weir.dns;

/// How a question ended.
public enum AnswerStatus {
    /// There are records.
    FOUND("found"),
    /// The name is there, and has no record of that type.
    NO_DATA("there is no such record"),
    /// There is no such name (NXDOMAIN).
    NO_NAME("there is no such name"),
    /// Every server that answered failed to find out (SERVFAIL), refused, or made no sense.
    SERVER_FAILURE("no name server could tell"),
    /// No server answered.
    NO_ANSWER("no name server answers"),
    /// There is no server to ask.
    NO_SERVER("no name server is known"),
    /// Aliases lead in a circle, or too far.
    ALIAS_LOOP("its aliases do not end"),
    /// More questions wait than may; or the stack has no endpoint left.
    OVERLOADED("too many names are asked for at once"),
    /// The resolver was closed meanwhile.
    CLOSED("the resolver was closed");

    private final String sentence;

    AnswerStatus(String sentence) {
        this.sentence = sentence;
    }

    /// What to tell people, as the end of a sentence that begins with the name.
    public String sentence() {
        return sentence;
    }

    /// Nobody could tell whether there is such a name: it may be found later.
    public boolean isFailure() {
        return switch (this) {
            case FOUND, NO_DATA, NO_NAME -> false;
            case SERVER_FAILURE, NO_ANSWER, NO_SERVER, ALIAS_LOOP, OVERLOADED, CLOSED -> true;
        };
    }
}
