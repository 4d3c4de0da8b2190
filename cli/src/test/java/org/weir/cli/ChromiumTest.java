package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A browser renders the page about the host.
@NeedsLab(tools = {"chromium"})
@Timeout(120)
final class ChromiumTest {
    private static final int LIMIT_S = 100;

    @TempDir
    private Path profile;

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void rendersThePage(String scheme) throws Exception {
        final String script = "timeout 80 chromium --headless --no-sandbox --disable-gpu --ignore-certificate-errors"
                + " --user-data-dir=" + profile + " --dump-dom " + scheme + "://10.10.10.2/ 2>/dev/null";
        final String dom = WeirProcess.lab(LIMIT_S, script).hasStatus(0).output();
        assertTrue(dom.contains("<h1>Weir</h1>") && dom.contains("</table>"), dom);
    }
}
