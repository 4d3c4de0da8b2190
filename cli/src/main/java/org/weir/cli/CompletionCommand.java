package org.weir.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir completion`: lets a shell complete the names of commands and options.
@Command(
        name = "completion",
        header = "Print a script that lets a shell complete weir's commands and options.",
        description = {
            "",
            "The script is for bash, and for zsh, which runs it by its bashcompinit.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(weir completion bash)",
            "        in this shell; in all, with this line in ~/.bashrc or ~/.zshrc",
            "  weir completion bash > /etc/bash_completion.d/weir",
            "        for everybody",
            "",
            "Exit status: 0, or 2 for bad arguments.",
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell;

    /// Shells that complete by scripts of bash.
    enum Shell {
        BASH,
        ZSH
    }

    @Override
    public Integer call() {
        final CommandLine weir = spec.root().commandLine();
        final PrintWriter out = spec.commandLine().getOut();
        if (shell == Shell.ZSH) {
            out.println("autoload -U +X compinit && compinit; autoload -U +X bashcompinit && bashcompinit");
        }
        out.print(AutoComplete.bash(weir.getCommandName(), weir));
        out.flush();
        return 0;
    }
}
