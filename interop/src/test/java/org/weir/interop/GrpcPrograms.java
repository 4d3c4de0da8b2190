package org.weir.interop;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// A service that answers a message with itself, and one that answers it with each of its octets: `serve`, and `call
/// ADDRESS`, which asks it a thousand times.
final class GrpcPrograms {
    private static final int PORT = 8080;
    private static final int CALLS = 1_000;
    private static final int LONGEST = 20_000;

    /// Messages are octets as they are.
    private static final class Octets implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodDescriptor.MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> SPELL =
            method("Spell", MethodDescriptor.MethodType.SERVER_STREAMING);

    private GrpcPrograms() {}

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(new Octets(), new Octets())
                .setFullMethodName("weir.Test/" + name)
                .setType(type)
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "serve" -> serve();
            case "call" -> call(arguments[1]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve() throws IOException {
        final EventLoopGroup group = new NioEventLoopGroup(1);
        final Server server = NettyServerBuilder.forPort(PORT)
                .channelType(NioServerSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .addService(ServerServiceDefinition.builder("weir.Test")
                        .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .addMethod(SPELL, ServerCalls.asyncServerStreamingCall((request, answer) -> {
                            for (final byte octet : request) {
                                answer.onNext(new byte[] {octet});
                            }
                            answer.onCompleted();
                        }))
                        .build())
                .build();
        server.start();
        System.out.println("ready");
    }

    private static void call(String address) throws InterruptedException {
        final EventLoopGroup group = new NioEventLoopGroup(1);
        final ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(address, PORT))
                .channelType(NioSocketChannel.class)
                .eventLoopGroup(group)
                .usePlaintext()
                .build();
        final Random random = new Random(4);
        int right = 0;
        for (int i = 0; i < CALLS; i++) {
            final byte[] request = new byte[random.nextInt(LONGEST)];
            random.nextBytes(request);
            final byte[] answer = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, request);
            right += Arrays.equals(request, answer) ? 1 : 0;
        }
        int spelt = 0;
        final byte[] word = new byte[CALLS];
        random.nextBytes(word);
        final Iterator<byte[]> letters =
                ClientCalls.blockingServerStreamingCall(channel, SPELL, CallOptions.DEFAULT, word);
        while (letters.hasNext()) {
            spelt += letters.next()[0] == word[spelt] ? 1 : 0;
        }
        System.out.println("echoed " + right + ", spelt " + spelt);
        channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
}
