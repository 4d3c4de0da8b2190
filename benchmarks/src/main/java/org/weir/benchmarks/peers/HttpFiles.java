package org.weir.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/// What the HTTP servers serve, and nginx's configuration; gone when the JVM ends.
///
/// nginx is one process with one event loop, as Weir is one thread, and has what makes it fast: `sendfile`, open files
/// kept, no log.
final class HttpFiles {
    static final String SMALL = "small";
    static final String LARGE = "large";
    private static final int SMALL_OCTETS = 612;
    private static final int LARGE_OCTETS = 64 << 20;

    private final Path directory;

    private HttpFiles(Path directory) {
        this.directory = directory;
    }

    static HttpFiles create() throws IOException {
        final HttpFiles made = new HttpFiles(Files.createTempDirectory("weir-bench-http"));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(made::delete));
        final Path www = Files.createDirectory(made.www());
        write(www.resolve(SMALL), SMALL_OCTETS);
        write(www.resolve(LARGE), LARGE_OCTETS);
        Files.writeString(made.nginxConfiguration(), """
            daemon off; master_process off; pid %1$s/pid; error_log %1$s/log; user root; worker_rlimit_nofile 4096;
            events { worker_connections 1024; }
            http {
                access_log off; sendfile on; sendfile_max_chunk 64m; keepalive_requests 1000000000;
                open_file_cache max=100;
                client_body_temp_path %1$s/1; proxy_temp_path %1$s/2; fastcgi_temp_path %1$s/3;
                uwsgi_temp_path %1$s/4; scgi_temp_path %1$s/5;
                server { listen 80; root %1$s/www; }
            }
            """.formatted(made.directory));
        return made;
    }

    private static void write(Path file, int octets) throws IOException {
        final byte[] content = new byte[octets];
        new Random(octets).nextBytes(content);
        Files.write(file, content);
    }

    Path www() {
        return directory.resolve("www");
    }

    Path nginxConfiguration() {
        return directory.resolve("conf");
    }

    private void delete() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (final Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
