package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import org.weir.dns.AddressFamily;
import org.weir.dns.AnswerStatus;
import org.weir.dns.HostAnswer;

/// The addresses of a host, as the running one finds them: in figures, in its hosts file, or by its name servers.
final class LookupQuestion implements Question {
    private final ManagedHost host;

    LookupQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final String name = request.text("name");
        final HostAnswer answer =
                host.await((_, later) -> host.resolver().lookup(name, AddressFamily.IPV4, later::complete));
        if (answer.status() != AnswerStatus.FOUND) {
            throw new RequestException(name + ": " + answer.status().sentence());
        }
        final JsonArray addresses = new JsonArray();
        answer.addresses().forEach(address -> addresses.add(address.toString()));
        final JsonObject row = new JsonObject();
        row.addProperty("name", answer.canonicalName());
        row.add("addresses", addresses);
        exchange.line(row);
        exchange.end();
    }
}
