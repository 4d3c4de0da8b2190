package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weir.cli.Failure;
import org.weir.cli.manage.HostSocket;
import org.weir.cli.manage.ManageClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of every command that shows rows about a running host.
@Command
final class ShowOptions {
    @Mixin
    private HostSocket host;

    @Option(names = "--json", description = "Print JSON: an array with an object for each entry.")
    private boolean json;

    /// Asks the host for rows, and prints them as JSON or as `table` writes them.
    void show(JsonObject request, PrintWriter out, Rows table) throws IOException, Failure {
        try (ManageClient client = host.open()) {
            if (json) {
                printArray(client, request, out);
            } else {
                table.print(reader -> client.rows(request, reader), out);
            }
            out.flush();
        }
    }

    /// One row after the other, so that memory is not needed for all.
    private static void printArray(ManageClient client, JsonObject request, PrintWriter out)
            throws IOException, Failure {
        final boolean[] isFirst = {true};
        client.rows(request, row -> {
            out.print(isFirst[0] ? "[" : ",\n");
            out.print(row);
            isFirst[0] = false;
        });
        out.println(isFirst[0] ? "[]" : "]");
    }

    /// Prints rows for people.
    @FunctionalInterface
    interface Rows {
        void print(Source source, PrintWriter out) throws IOException, Failure;
    }

    /// Where rows come from.
    @FunctionalInterface
    interface Source {
        void forEach(Consumer<JsonObject> reader) throws IOException, Failure;

        /// All of them at once.
        default List<JsonObject> all() throws IOException, Failure {
            final List<JsonObject> rows = new ArrayList<>();
            forEach(rows::add);
            return rows;
        }
    }
}
