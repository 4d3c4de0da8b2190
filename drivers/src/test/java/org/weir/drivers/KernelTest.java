package org.weir.drivers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that needs a network namespace of its own and `/dev/net/tun`. Skipped, with the reason, where they are
/// not to be had.
@Test
@Tag("kernel")
@ExtendWith(KernelCondition.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface KernelTest {}
