package org.weir.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The requirements that a test proves, as in `@Rfc({"9293 MUST-36", "9293 SHLD-29"})`: a document's number and an id
/// of its table in `docs/rfc`, where section and wording stand once for all tests. `docs/rfc.md` is made of both.
///
/// A test that merely passes by a requirement does not bear it: it would fail if the requirement were broken.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Rfc {
    String[] value();
}
