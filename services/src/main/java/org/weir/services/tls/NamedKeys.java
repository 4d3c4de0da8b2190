package org.weir.services.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Chooses the key for the name that a client asks for, RFC 6066 section 3: one whose certificate has that name, else
/// the first one that fits what the client can verify.
final class NamedKeys extends X509ExtendedKeyManager {
    private static final int NONE = -1;

    private final List<ServerKey> keys;

    NamedKeys(List<ServerKey> keys) {
        this.keys = List.copyOf(keys);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        int chosen = NONE;
        for (int i = 0; i < keys.size() && chosen == NONE; i++) {
            if (isAskedFor(keys.get(i), engine)) {
                chosen = i;
            }
        }
        return ofType(keyType, keys.get(Math.max(chosen, 0)));
    }

    /// A host may have keys of several kinds for the same names: the engine asks for each kind that the client
    /// knows.
    private @Nullable String ofType(String keyType, ServerKey chosen) {
        for (int i = 0; i < keys.size(); i++) {
            final ServerKey key = keys.get(i);
            if (key.key().getAlgorithm().equals(keyType) && key.names().equals(chosen.names())) {
                return Integer.toString(i);
            }
        }
        return null;
    }

    private static boolean isAskedFor(ServerKey key, SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (final SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host && key.isFor(host.getAsciiName())) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return keys.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return keys.get(Integer.parseInt(alias)).key();
    }

    // ---- what a server with an engine is not asked ----

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
