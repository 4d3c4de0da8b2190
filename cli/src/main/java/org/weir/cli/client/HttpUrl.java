package org.weir.cli.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where something is to be had by HTTP.
///
/// @param isSecure over TLS
/// @param host a name, or an address in figures
/// @param target path and query, as a request has them
record HttpUrl(boolean isSecure, String host, int port, String target) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /// Reads an absolute URL; `http://` may be left out.
    ///
    /// @throws IllegalArgumentException if it is none; the message says why
    static HttpUrl parse(String text) {
        return of(uri(text.contains("://") ? text : "http://" + text), text);
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL: " + e.getReason(), e);
        }
    }

    private static HttpUrl of(URI uri, String text) {
        final String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("'" + text + "' is neither http nor https");
        }
        final String host = uri.getHost();
        if (host == null || uri.getPort() > 0xFFFF || uri.getPort() == 0) {
            throw new IllegalArgumentException("'" + text + "' is not a URL: no host, or no port of 1 to 65535");
        }
        final boolean isSecure = scheme.equals("https");
        final int standard = isSecure ? HTTPS : HTTP;
        return new HttpUrl(isSecure, host, uri.getPort() < 0 ? standard : uri.getPort(), target(uri));
    }

    private static String target(URI uri) {
        final String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /// Where a redirection from here leads.
    ///
    /// @throws IllegalArgumentException if it is no URL
    HttpUrl resolve(String location) {
        final URI resolved = uri(toString()).resolve(uri(location));
        return of(resolved, resolved.toString());
    }

    /// The field `Host` of a request.
    String authority() {
        return port == (isSecure ? HTTPS : HTTP) ? host : host + ":" + port;
    }

    /// The last part of the path; null if there is none.
    @Nullable
    String fileName() {
        final int query = target.indexOf('?');
        final String path = query < 0 ? target : target.substring(0, query);
        final String name = path.substring(path.lastIndexOf('/') + 1);
        return name.isEmpty() || name.equals("..") || name.equals(".") ? null : name;
    }

    @Override
    public String toString() {
        return (isSecure ? "https://" : "http://") + authority() + target;
    }
}
