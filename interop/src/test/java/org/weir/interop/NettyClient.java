package org.weir.interop;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sends a file to an echo server, half-closes, and stores what comes back: `ADDRESS FILE COPY`.
final class NettyClient {
    private static final int ECHO_PORT = 7;

    private NettyClient() {}

    public static void main(String[] arguments) throws Exception {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (OutputStream copy = Files.newOutputStream(Path.of(arguments[2]))) {
            final Channel channel = new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(new Copier(copy))
                    .connect(arguments[0], ECHO_PORT)
                    .sync()
                    .channel();
            final ByteBuf file = Unpooled.wrappedBuffer(Files.readAllBytes(Path.of(arguments[1])));
            final int length = file.readableBytes();
            channel.writeAndFlush(file).sync();
            ((SocketChannel) channel).shutdownOutput().sync();
            channel.closeFuture().sync();
            System.out.println("echoed " + length);
        } finally {
            group.shutdownGracefully().sync();
        }
    }

    private static final class Copier extends SimpleChannelInboundHandler<ByteBuf> {
        private final OutputStream copy;

        Copier(OutputStream copy) {
            this.copy = copy;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) throws IOException {
            octets.readBytes(copy, octets.readableBytes());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                context.close();
            }
        }
    }
}
