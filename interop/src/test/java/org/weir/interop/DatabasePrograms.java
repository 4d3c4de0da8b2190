package org.weir.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Random;
import javax.net.SocketFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/// Clients of PostgreSQL and Redis that take a socket factory.
final class DatabasePrograms {
    private static final int ROWS = 1_000;
    private static final int LARGE = 3_000_000;

    private DatabasePrograms() {}

    public static void main(String[] arguments) throws Exception {
        if ("postgres".equals(arguments[0])) {
            postgres(arguments[1]);
        } else {
            redis(arguments[1], arguments[2]);
        }
        System.out.println("all the same");
    }

    private static byte[] large() {
        final byte[] octets = new byte[LARGE];
        new Random(5).nextBytes(octets);
        return octets;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }

    private static void postgres(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("create table t (n int primary key, large bytea)");
            try (PreparedStatement insert = connection.prepareStatement("insert into t values (?, ?)")) {
                for (int i = 0; i < ROWS; i++) {
                    insert.setInt(1, i);
                    insert.setBytes(2, i == 7 ? large() : new byte[i]);
                    insert.addBatch();
                }
                check(insert.executeBatch().length == ROWS, "rows were lost");
            }
            try (ResultSet rows = statement.executeQuery("select n, large from t order by n")) {
                for (int i = 0; i < ROWS; i++) {
                    check(rows.next() && rows.getInt(1) == i, "row " + i);
                    check(Arrays.equals(rows.getBytes(2), i == 7 ? large() : new byte[i]), "octets of row " + i);
                }
            }
        }
    }

    private static void redis(String host, String factory) throws ReflectiveOperationException {
        final SocketFactory sockets = Class.forName(factory)
                .asSubclass(SocketFactory.class)
                .getConstructor()
                .newInstance();
        try (Jedis jedis = new Jedis(() -> {
            try {
                return sockets.createSocket(InetAddress.getByName(host), 6379);
            } catch (IOException e) {
                throw new JedisConnectionException(e);
            }
        })) {
            for (int i = 0; i < ROWS; i++) {
                jedis.set("key" + i, "value" + i);
            }
            for (int i = 0; i < ROWS; i++) {
                check(jedis.get("key" + i).equals("value" + i), "key " + i);
            }
            jedis.set("large".getBytes(StandardCharsets.UTF_8), large());
            check(Arrays.equals(jedis.get("large".getBytes(StandardCharsets.UTF_8)), large()), "large value");
        }
    }
}
