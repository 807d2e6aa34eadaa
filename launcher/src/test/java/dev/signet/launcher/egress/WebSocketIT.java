// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.TestLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebSocketIT {
  @TempDir static Path directory;
  private static final List<ReceivedRequest> HANDSHAKES = new CopyOnWriteArrayList<>();
  private static EventLoopGroup loops;
  private static int clear;
  private static int secure;
  private static TestLog log;
  private static ProxyFixture fixture;
  private static HttpClient client;

  @BeforeAll
  static void start() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    LaunchAuthority ofLaunch = TestTls.authority("localhost", "127.0.0.1");
    LaunchAuthority.Leaf leaf = ofUpstream.leaf("localhost", Instant.now());
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    clear = server(Optional.empty());
    secure =
        server(
            Optional.of(
                SslContextBuilder.forServer(leaf.key(), leaf.certificate())
                    .applicationProtocolConfig(Alpn.HTTP)
                    .build()));
    log = new TestLog(directory.resolve("traffic"));
    fixture =
        ProxyFixture.intercepting(
            ProxyFixture.permissive(),
            EgressLimits.standard(),
            new Interception(ofLaunch, Clock.systemUTC(), Set.of()),
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")),
            List.of(),
            Credentials.NONE,
            log.log);
    client =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslContext(TestTls.client(ofLaunch))
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    fixture.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @BeforeEach
  void forget() {
    HANDSHAKES.clear();
  }

  @Test
  void signsTheHandshakeAndPassesMessagesInTls() throws Exception {
    assertThat(echoed(URI.create("wss://localhost:" + secure + "/chat?room=1"))).hasSize(100_000);
    assertThat(HANDSHAKES)
        .singleElement()
        .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .satisfies(r -> assertThat(r.query()).contains("room=1"));
  }

  @Test
  void signsTheHandshakeAndPassesMessagesInClear() throws Exception {
    assertThat(echoed(URI.create("ws://localhost:" + clear + "/chat"))).hasSize(100_000);
    assertThat(HANDSHAKES)
        .singleElement()
        .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty());
  }

  @Test
  void notesOneRecordWithTheBytesOfBothWays() throws Exception {
    try (RawClient raw = fixture.raw()) {
      raw.send(handshake("websocket", "?noted=1") + "\u0081\u0082\0\0\0\0hi").head();
      raw.socket().getInputStream().readNBytes(4);
    }
    ExchangeRecord noted =
        Awaitility.await("the record is written")
            .until(
                () ->
                    log.exchanges().stream()
                        .filter(e -> e.request().query().contains("noted"))
                        .toList(),
                found -> !found.isEmpty())
            .getFirst();
    assertThat(noted.kind()).isEqualTo(ExchangeRecord.Kind.WEBSOCKET);
    assertThat(noted.decision()).isEqualTo(ExchangeRecord.Decision.FORWARDED);
    assertThat(noted.request().bytes()).as("the masked frame").isEqualTo(8);
    assertThat(noted.answer().status()).isEqualTo(101);
    assertThat(noted.answer().bytes()).as("the frame back").isEqualTo(4);
    assertThat(noted.signature().nonce()).isEqualTo(HANDSHAKES.getFirst().nonce());
    assertThat(noted.upstream()).isEqualTo("127.0.0.1:" + clear);
    assertThat(log.exchanges()).filteredOn(e -> e.request().query().contains("noted")).hasSize(1);
  }

  @Test
  void passesBytesThatFollowTheHandshakeAtOnce() throws Exception {
    try (RawClient raw = fixture.raw()) {
      // A masked text frame "hi" in one piece with the handshake.
      raw.send(handshake("websocket") + "\u0081\u0082\0\0\0\0hi");
      assertThat(raw.head()).startsWith("HTTP/1.1 101 ").contains("upgrade: websocket");
      assertThat(raw.socket().getInputStream().readNBytes(4))
          .isEqualTo(new byte[] {-127, 2, 'h', 'i'});
    }
  }

  @Test
  void passesOnNoOtherUpgrade() throws Exception {
    try (RawClient raw = fixture.raw()) {
      raw.send(handshake("h2c"));
      assertThat(raw.head()).doesNotStartWith("HTTP/1.1 101 ");
    }
    assertThat(HANDSHAKES).allSatisfy(r -> assertThat(r.fieldValues("upgrade")).isEmpty());
  }

  @Test
  void opensNoneForAnAgentThatIsNotAttested() {
    EgressIdentity.Current good = fixture.identity.getAndSet(null);
    try {
      assertThatThrownBy(() -> echoed(URI.create("wss://localhost:" + secure + "/chat")))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              e -> assertThat(e.getResponse().statusCode()).isEqualTo(502));
    } finally {
      fixture.identity.set(good);
    }
    assertThat(HANDSHAKES).isEmpty();
  }

  private static String handshake(String protocol) {
    return handshake(protocol, "");
  }

  private static String handshake(String protocol, String query) {
    return "GET http://localhost:%d/chat%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\n"
            .formatted(clear, query, protocol)
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  private static String echoed(URI uri) throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    StringBuilder text = new StringBuilder();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                uri,
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(WebSocket s, CharSequence data, boolean last) {
                    text.append(data);
                    if (last) {
                      answer.complete(text.toString());
                    }
                    s.request(1);
                    return null;
                  }
                })
            .get(10, TimeUnit.SECONDS);
    socket.sendText("x".repeat(100_000), true).get(10, TimeUnit.SECONDS);
    String echoed = answer.get(10, TimeUnit.SECONDS);
    socket.abort();
    return echoed;
  }

  private static int server(Optional<SslContext> tls) {
    Channel listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    tls.ifPresent(t -> channel.pipeline().addLast(t.newHandler(channel.alloc())));
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(1000),
                            new Recorder(tls.isPresent() ? "https" : "http"),
                            new WebSocketServerProtocolHandler(
                                "/chat", null, false, 200_000, false, true),
                            new WebSocketFrameAggregator(200_000),
                            new Echo());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  private static final class Recorder extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final String scheme;

    Recorder(String scheme) {
      this.scheme = scheme;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
      Map<String, List<String>> fields = new HashMap<>();
      request
          .headers()
          .names()
          .forEach(n -> fields.put(n.toLowerCase(Locale.ROOT), request.headers().getAll(n)));
      URI uri = URI.create(request.uri());
      HANDSHAKES.add(
          new ReceivedRequest(
              "GET",
              scheme,
              uri.getRawPath(),
              Optional.ofNullable(uri.getRawQuery()),
              fields,
              new byte[0]));
      ctx.fireChannelRead(ReferenceCountUtil.retain(request));
    }
  }

  private static final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
      ctx.writeAndFlush(new TextWebSocketFrame(frame.text()));
    }
  }
}
