package org.weir.interop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;

/// Runs two programs in one JVM, each with the threads of a group of its own: `SERVER ARGUMENTS -- CLIENT ARGUMENTS`.
/// The client starts once the main method of the server has returned; when that of the client returns, all ends.
final class Together {
    private Together() {}

    public static void main(String[] arguments) {
        final List<String> words = Arrays.asList(arguments);
        final int between = words.indexOf("--");
        try {
            run(TwoHosts.SERVER, words.subList(0, between));
            run("client", words.subList(between + 1, words.size()));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String group, List<String> words) throws Exception {
        final Method main = Class.forName(words.getFirst()).getDeclaredMethod("main", String[].class);
        final Object arguments = words.subList(1, words.size()).toArray(new String[0]);
        final FutureTask<Object> task = new FutureTask<>(() -> main.invoke(null, arguments));
        new Thread(new ThreadGroup(group), task, group).start();
        task.get();
    }
}
