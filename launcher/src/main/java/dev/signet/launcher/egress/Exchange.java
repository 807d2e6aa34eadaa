// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** One request on its way to the upstream, and the answer on its way back. */
final class Exchange implements UpstreamConnection.Listener {
  private record Prepared(List<Field> fields, List<InetAddress> addresses) {}

  private final ProxyContext proxy;
  private final AgentSide agent;
  private final PlannedRequest request;
  private final BodySpool body;
  private final byte[] digest;
  private final UpstreamPool pool;
  private final EventLoop loop;
  private UpstreamConnection upstream;
  private BodySender sender;
  private boolean repeated;
  private boolean answering;
  private boolean over;

  /**
   * @param body the complete body, closed by this exchange; or null
   */
  Exchange(ProxyContext proxy, AgentSide agent, PlannedRequest request, BodySpool body) {
    this.proxy = proxy;
    this.agent = agent;
    this.request = request;
    boolean empty = body == null || body.length() == 0;
    this.body = body;
    this.digest = empty ? null : body.finish();
    this.loop = agent.channel().eventLoop();
    this.pool = proxy.pool(loop);
  }

  void start() {
    agent.watchdog().stop();
    proxy.blocking().execute(this::prepare);
  }

  /** Off the event loop: keys and name servers take their time. */
  private void prepare() {
    Target target = request.target();
    try {
      List<InetAddress> addresses = List.of(InetAddress.getAllByName(target.hostName()));
      List<Field> fields =
          proxy
              .signing()
              .sign(
                  request.head().method(),
                  target,
                  request.fieldsWithLength(body == null ? 0 : body.length()),
                  digest);
      loop.execute(() -> connect(new Prepared(fields, addresses)));
    } catch (RefusedRequestException e) {
      loop.execute(() -> refuse(e.problem()));
    } catch (UnknownHostException e) {
      refuseLater(
          EgressReason.UPSTREAM_UNREACHABLE, "The name " + target.host() + " has no address.");
    } catch (IOException e) {
      refuseLater(
          EgressReason.SIGNING_FAILED,
          "The signing key could not be used; the launcher's output says why.");
    } catch (RuntimeException e) {
      // A signer's own fault must not leave the agent waiting; the cause stays out of the answer.
      refuseLater(EgressReason.SIGNING_FAILED, "The signing key failed unexpectedly.");
      throw e;
    }
  }

  private void refuseLater(EgressReason reason, String detail) {
    loop.execute(() -> refuse(new Problem(reason, detail)));
  }

  private void connect(Prepared prepared) {
    if (over) {
      return;
    }
    UpstreamPool.Key key = UpstreamPool.Key.of(request.target(), !request.isWebSocket());
    pool.take(key, prepared.addresses(), repeated)
        .addListener(
            connected -> {
              if (connected.isSuccess()) {
                send((UpstreamConnection) connected.getNow(), prepared.fields());
              } else {
                refuse(UpstreamFailures.whileConnecting(request.target(), connected.cause()));
              }
            });
  }

  private void send(UpstreamConnection connection, List<Field> fields) {
    if (over) {
      connection.channel().close();
      return;
    }
    upstream = connection;
    connection.begin(this);
    HttpRequest message =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(request.head().method()),
            request.target().pathAndQuery());
    fields.forEach(field -> message.headers().add(field.name(), field.value()));
    proxy.stats().countForwarded();
    agent.watchdog().watch(proxy.limits().response(), this::upstreamIsSilent);
    connection.channel().write(message);
    sender = new BodySender(digest == null ? null : body, connection.channel());
    requestMayContinue();
    connection.channel().read();
  }

  @Override
  public void requestMayContinue() {
    agent.watchdog().touch();
    try {
      sender.pump();
    } catch (IOException e) {
      upstream.fail(e);
    }
  }

  @Override
  public void answerBegins(HttpResponse response) {
    if (over) {
      return;
    }
    answering = true;
    agent.watchdog().watch(proxy.limits().stream(), this::upstreamIsSilent);
    agent.answer(response);
  }

  @Override
  public void answerContent(ByteBuf content) {
    if (over) {
      content.release();
      return;
    }
    agent.watchdog().touch();
    proxy.stats().countReceived(content.readableBytes());
    agent.content(content);
  }

  @Override
  public void answerEnds(HttpHeaders trailers) {
    if (over) {
      return;
    }
    finish();
    upstream.release(sender.sent());
    agent.end(trailers);
  }

  @Override
  public boolean mayUpgrade() {
    return request.isWebSocket();
  }

  @Override
  public void upgraded(HttpResponse response) {
    if (over) {
      upstream.channel().close();
      return;
    }
    finish();
    agent.upgrade(response, upstream.channel());
  }

  @Override
  public void answerPauses() {
    // Flushed at every pause, so that an event is seen when it is sent.
    agent.channel().flush();
    agentTakesMore();
  }

  /** Reads on only if the agent takes what was read: its pace is the upstream's. */
  void agentTakesMore() {
    Channel channel = agent.channel();
    if (!over && upstream != null && channel.isWritable()) {
      upstream.channel().read();
    }
  }

  @Override
  public void upstreamFailed(Throwable cause) {
    if (over) {
      return;
    }
    if (answering) {
      proxy.stats().count(EgressReason.UPSTREAM_BROKEN);
      finish();
      agent.abort();
    } else if (!repeated
        && (cause instanceof NotProcessedException
            || (upstream.used() && request.mayBeRepeated()))) {
      // Signed anew: the service may have seen the first one, and would call this a replay.
      repeated = true;
      upstream = null;
      start();
    } else {
      refuse(UpstreamFailures.whileWaiting(request.target(), cause));
    }
  }

  private void upstreamIsSilent() {
    if (answering) {
      proxy.stats().count(EgressReason.UPSTREAM_TIMEOUT);
      finish();
      upstream.channel().close();
      agent.abort();
    } else {
      refuse(UpstreamFailures.silent(request.target(), proxy.limits().response()));
    }
  }

  void agentLeft() {
    finish();
    if (upstream != null) {
      upstream.channel().close();
    }
  }

  private void refuse(Problem problem) {
    if (!over) {
      finish();
      if (upstream != null) {
        upstream.channel().close();
      }
      agent.refuse(problem);
    }
  }

  private void finish() {
    over = true;
    agent.watchdog().stop();
    if (body != null) {
      body.discard();
    }
  }
}
