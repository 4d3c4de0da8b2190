package org.weir.interop;

import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/// Jetty with HTTP/1.1 on port 8080 and the same over TLS on port 8443, with the key in the file that is its argument.
final class JettyProgram {
    private static final int HTTP_PORT = 8080;
    private static final int HTTPS_PORT = 8443;

    private JettyProgram() {}

    public static void main(String[] arguments) throws Exception {
        final Server server = new Server();
        final ServerConnector plain = new ServerConnector(server);
        plain.setPort(HTTP_PORT);
        server.addConnector(plain);

        final SslContextFactory.Server keys = new SslContextFactory.Server();
        keys.setKeyStorePath(arguments[0]);
        keys.setKeyStorePassword("secret");
        final HttpConfiguration secure = new HttpConfiguration();
        secure.addCustomizer(new SecureRequestCustomizer(false));
        final ServerConnector tls = new ServerConnector(
                server, new SslConnectionFactory(keys, "http/1.1"), new HttpConnectionFactory(secure));
        tls.setPort(HTTPS_PORT);
        server.addConnector(tls);

        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                final String text = "hello from Jetty: " + request.getHttpURI().getPath() + "\n";
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.getBytes(StandardCharsets.UTF_8).length);
                Content.Sink.write(response, true, text, callback);
                return true;
            }
        });
        server.start();
        System.out.println("ready");
    }
}
