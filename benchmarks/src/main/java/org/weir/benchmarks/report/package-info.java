/// What measurements are told with: samples, tables that are Markdown too, charts, and the page of all benchmarks.
@NullMarked
package org.weir.benchmarks.report;

import org.jspecify.annotations.NullMarked;
