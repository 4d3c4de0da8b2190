package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a form, from a query or a body of the type `application/x-www-form-urlencoded` (WHATWG URL section 5).
public final class HttpForm {
    /// Fields at most; the rest is left out.
    public static final int MOST_FIELDS = 1_000;

    private final Map<String, List<String>> fields = new LinkedHashMap<>();

    private HttpForm() {}

    /// Reads `name=value&name=value`. What is not percent-encoded as it should be stands for itself.
    public static HttpForm parse(String text) {
        final HttpForm form = new HttpForm();
        int count = 0;
        int from = 0;
        while (from <= text.length() && count < MOST_FIELDS) {
            final int ampersand = text.indexOf('&', from);
            final int to = ampersand < 0 ? text.length() : ampersand;
            if (to > from) {
                form.add(text.substring(from, to));
                count++;
            }
            from = to + 1;
        }
        return form;
    }

    private void add(String field) {
        final int equals = field.indexOf('=');
        final String name = equals < 0 ? field : field.substring(0, equals);
        final String value = equals < 0 ? "" : field.substring(equals + 1);
        fields.computeIfAbsent(decoded(name), _ -> new ArrayList<>()).add(decoded(value));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    /// The first value of a field; null if there is none.
    public @Nullable String first(String name) {
        final List<String> all = fields.get(name);
        return all == null ? null : all.getFirst();
    }

    /// All values of a field.
    public List<String> all(String name) {
        return Collections.unmodifiableList(fields.getOrDefault(name, List.of()));
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
