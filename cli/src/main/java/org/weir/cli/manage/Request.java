package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;

/// What a client asks for: one line of JSON, an object with a `command` and that command's arguments. Its values are
/// checked when they are read.
final class Request {
    private final JsonObject fields;

    private Request(JsonObject fields) {
        this.fields = fields;
    }

    static Request parse(String line) throws RequestException {
        try {
            if (JsonParser.parseString(line) instanceof JsonObject fields) {
                return new Request(fields);
            }
        } catch (JsonParseException _) {
            // Told below.
        }
        throw new RequestException("a request is one line with a JSON object");
    }

    String command() throws RequestException {
        return text("command");
    }

    private @Nullable JsonPrimitive primitive(String name) throws RequestException {
        final JsonElement value = fields.get(name);
        if (value == null || value.isJsonNull()) {
            return null;
        }
        if (value instanceof JsonPrimitive primitive) {
            return primitive;
        }
        throw new RequestException("'" + name + "' is not one value");
    }

    boolean flag(String name) throws RequestException {
        final JsonPrimitive value = primitive(name);
        return value != null && value.isBoolean() && value.getAsBoolean();
    }

    /// A text that must be there.
    String text(String name) throws RequestException {
        final String value = textOrNull(name);
        if (value == null) {
            throw new RequestException("'" + name + "' is missing");
        }
        return value;
    }

    @Nullable
    String textOrNull(String name) throws RequestException {
        final JsonPrimitive value = primitive(name);
        return value == null ? null : value.getAsString();
    }

    IpAddress address(String name) throws RequestException {
        try {
            return IpAddress.parse(text(name));
        } catch (IllegalArgumentException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
    }

    /// A whole number; `otherwise` if it is not there.
    long number(String name, long least, long most, long otherwise) throws RequestException {
        final JsonPrimitive value = primitive(name);
        if (value == null) {
            return otherwise;
        }
        try {
            final long number = value.getAsLong();
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new RequestException("'" + name + "' is not in " + least + " to " + most);
    }

    /// A list of texts; empty if it is not there.
    List<String> texts(String name) throws RequestException {
        final JsonElement value = fields.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            throw new RequestException("'" + name + "' is not a list");
        }
        final List<String> texts = new ArrayList<>();
        for (final JsonElement each : array) {
            if (!each.isJsonPrimitive()) {
                throw new RequestException("'" + name + "' is not a list of texts");
            }
            texts.add(each.getAsString());
        }
        return texts;
    }
}
