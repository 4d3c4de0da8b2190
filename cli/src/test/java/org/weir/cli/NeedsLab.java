package org.weir.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/// Tests that run `weir lab`: they need root or a user namespace, `/dev/net/tun` and some tools, and are skipped,
/// with the reason in one line, where one is missing.
@Tag("kernel")
@ExtendWith(LabCondition.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface NeedsLab {
    /// Commands that must be on the PATH.
    String[] tools();
}
