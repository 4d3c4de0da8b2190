/// The management socket of a running host: its server, what it answers, and a client of it.
@NullMarked
package org.weir.cli.manage;

import org.jspecify.annotations.NullMarked;
