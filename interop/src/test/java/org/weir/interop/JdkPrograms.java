package org.weir.interop;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/// What comes with the JDK: `serve` answers each request with its body, `fetch URL FILE` and `post URL FILE TO` are a
/// client.
final class JdkPrograms {
    private JdkPrograms() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "serve" -> serve();
            case "fetch" -> fetch(URI.create(arguments[1]), Path.of(arguments[2]));
            case "post" -> post(URI.create(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve() throws IOException {
        final HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            final byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println("ready");
    }

    private static void fetch(URI from, Path to) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 50; i++) {
                final HttpResponse<Path> response =
                        client.send(HttpRequest.newBuilder(from).build(), HttpResponse.BodyHandlers.ofFile(to));
                if (response.statusCode() != 200) {
                    throw new IOException("status " + response.statusCode());
                }
            }
        }
    }

    private static void post(URI where, Path what, Path to) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(
                    HttpRequest.newBuilder(where)
                            .POST(HttpRequest.BodyPublishers.ofFile(what))
                            .build(),
                    HttpResponse.BodyHandlers.ofFile(to));
        }
    }
}
