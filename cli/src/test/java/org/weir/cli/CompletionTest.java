package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The completion script, in bash itself.
@NeedsLab(tools = "bash")
final class CompletionTest {
    @TempDir
    private Path directory;

    private Path script(String shell) throws Exception {
        final StringWriter out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out, true), new PrintWriter(new StringWriter()), "completion", shell));
        return Files.writeString(directory.resolve("weir"), out.toString());
    }

    private String bash(String command) throws Exception {
        final Process process = new ProcessBuilder("bash", "-c", "source " + script("bash") + " && " + command)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // Outside of a completion there is nothing to adjust.
                .start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    @Test
    void bashKnowsTheCommand() throws Exception {
        final String registered = bash("complete -p weir");
        assertTrue(registered.startsWith("complete ") && registered.endsWith(" weir\n"), registered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        weir tcp      | tcpdump
        weir comp     | completion
        weir ss --lis | --listening
        weir get --ca | --cacert
        """)
    void bashCompletes(String typed, String expected) throws Exception {
        final String[] words = typed.split(" ", -1);
        final String completed = bash("COMP_WORDS=(" + typed + "); COMP_CWORD=" + (words.length - 1) + "; COMP_LINE='"
                + typed + "'; COMP_POINT=" + typed.length()
                + "; f=$(complete -p weir | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); $f; echo \"${COMPREPLY[@]}\"");
        assertTrue(Set.of(completed.strip().split(" ", -1)).contains(expected), completed);
    }

    @Test
    void zshGetsTheSameScriptBehindItsCompatibility() throws Exception {
        final String text = Files.readString(script("zsh"));
        assertTrue(text.startsWith(
                "autoload -U +X compinit && compinit; autoload -U +X bashcompinit && bashcompinit\n#!"));
    }
}
