package org.weir.dns;

/// Told what became of a question, once, in the owner's thread, in a later poll than the one that asked. It may call
/// anything.
@FunctionalInterface
public interface AnswerHandler {
    void answered(Answer answer);
}
