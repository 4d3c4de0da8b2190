package org.weir.cli.capture;

import java.util.ArrayList;
import java.util.List;

/// The words and signs of a filter, one after the other.
final class FilterTokens {
    private static final String SIGNS = "()[]!&|=";

    /// @param text a word, a sign, or nothing at the end
    /// @param position of its first character
    record Token(String text, int position) {
        boolean is(String... any) {
            for (final String each : any) {
                if (text.equals(each)) {
                    return true;
                }
            }
            return false;
        }

        /// For messages.
        String quoted() {
            return text.isEmpty() ? "the end" : "'" + text + "'";
        }
    }

    private final List<Token> tokens = new ArrayList<>();
    private int next;

    FilterTokens(String filter) {
        int at = 0;
        while (at < filter.length()) {
            final char c = filter.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            final int end = SIGNS.indexOf(c) >= 0 ? endOfSign(filter, at) : endOfWord(filter, at);
            tokens.add(new Token(filter.substring(at, end), at));
            at = end;
        }
        tokens.add(new Token("", filter.length()));
    }

    private static int endOfSign(String filter, int at) {
        for (final String two : List.of("&&", "||", "!=", "==")) {
            if (filter.startsWith(two, at)) {
                return at + 2;
            }
        }
        return at + 1;
    }

    private static int endOfWord(String filter, int from) {
        int at = from;
        while (at < filter.length()
                && !Character.isWhitespace(filter.charAt(at))
                && SIGNS.indexOf(filter.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    Token peek() {
        return tokens.get(next);
    }

    /// The token after the next one.
    Token peekSecond() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token take() {
        final Token token = peek();
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    /// Takes the next token if it is one of `any`.
    boolean takeIf(String... any) {
        final boolean isOne = peek().is(any);
        if (isOne) {
            take();
        }
        return isOne;
    }

    /// Takes `sign`, which must come.
    void expect(String sign) {
        if (!takeIf(sign)) {
            throw wrong(peek(), "expected '" + sign + "', not " + peek().quoted());
        }
    }

    static FilterSyntaxException wrong(Token token, String message) {
        return new FilterSyntaxException(token.position(), message);
    }
}
