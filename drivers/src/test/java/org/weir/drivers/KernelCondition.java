package org.weir.drivers;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Tries once, in a namespace that is thrown away, whether a TAP can be had.
final class KernelCondition implements ExecutionCondition {
    private static final class Trial {
        private static final String MISSING = missing();
    }

    /// What is missing, empty if nothing is. Outside the class whose initialiser waits for it, since another thread
    /// runs the trial.
    private static String missing() {
        try {
            Namespace.run(() -> TapLink.open(TapOptions.tap("")).close());
            return "";
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Trial.MISSING.isEmpty()
                ? ConditionEvaluationResult.enabled("a TAP in a network namespace can be had")
                : ConditionEvaluationResult.disabled("skipped: " + Trial.MISSING);
    }
}
