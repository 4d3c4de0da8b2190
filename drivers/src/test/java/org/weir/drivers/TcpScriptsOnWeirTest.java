package org.weir.drivers;

import org.weir.testkit.TcpSubject;
import org.weir.testkit.WeirSubject;

/// Weir's TCP, in virtual time.
class TcpScriptsOnWeirTest extends TcpSendingScripts {
    @Override
    TcpSubject subject() {
        return new WeirSubject();
    }
}
