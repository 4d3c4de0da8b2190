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
/// the
/// first one that fits what the client can verify.
final class NamedKeys extends X509ExtendedKeyManager {
    private final List<ServerKey> keys;

    NamedKeys(List<ServerKey> keys) {
        this.keys = List.copyOf(keys);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String first = null;
        for (int i = 0; i < keys.size(); i++) {
            if (!keys.get(i).key().getAlgorithm().equals(keyType)) {
                continue;
            }
            if (isAskedFor(keys.get(i), engine)) {
                return Integer.toString(i);
            }
            first = first == null ? Integer.toString(i) : first;
        }
        return first;
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
