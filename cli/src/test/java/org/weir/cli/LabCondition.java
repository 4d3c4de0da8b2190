package org.weir.cli;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.weir.drivers.NetworkNamespace;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;

/// Lets a test class run where a TAP can be had and the tools that its [NeedsLab] names are installed.
final class LabCondition implements ExecutionCondition {
    /// What is missing for a TAP, empty if nothing is: tried once, in a namespace that goes with its thread.
    private static final class Trial {
        private static final String MISSING = missing();
    }

    private static String missing() {
        final FutureTask<String> trial = new FutureTask<>(() -> {
            try {
                NetworkNamespace.enterNew();
                TapLink.open(TapOptions.tap("")).close();
                return "";
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        });
        Thread.ofPlatform().daemon().start(trial);
        try {
            return trial.get();
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!Trial.MISSING.isEmpty()) {
            return ConditionEvaluationResult.disabled("skipped: " + Trial.MISSING);
        }
        final NeedsLab needs = context.getRequiredTestClass().getAnnotation(NeedsLab.class);
        for (final String tool : needs == null ? new String[0] : needs.tools()) {
            if (!Executable.exists(tool)) {
                return ConditionEvaluationResult.disabled(
                        "skipped: the command '" + tool + "' is missing; scripts/install-tools.sh installs it");
            }
        }
        return ConditionEvaluationResult.enabled("everything is there");
    }
}
