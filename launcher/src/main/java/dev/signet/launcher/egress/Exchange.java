// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.Resolution;
import dev.signet.launcher.traffic.ExchangeDraft;
import dev.signet.launcher.traffic.ExchangeRecord;
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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request on its way to the upstream, and the answer on its way back. */
final class Exchange implements UpstreamConnection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private record Prepared(
      CredentialedRequest added, List<Field> fields, List<InetAddress> addresses) {}

  private final ProxyContext proxy;
  private final AgentSide agent;
  private final PlannedRequest request;
  private final BodySpool body;
  private final byte[] digest;
  private final ExchangeDraft draft;
  private final UpstreamPool pool;
  private final EventLoop loop;
  private UpstreamConnection upstream;
  private BodySender sender;
  private Optional<AnswerMask> mask = Optional.empty();

  /** Whether {@link #start} is under way on the event loop; of that loop's thread only. */
  private boolean starting;

  private boolean repeated;
  private boolean answering;
  private boolean over;

  /**
   * @param body the complete body, closed by this exchange; or null
   * @param draft the note of this exchange, ended by it unless the connection refuses
   */
  Exchange(
      ProxyContext proxy,
      AgentSide agent,
      PlannedRequest request,
      BodySpool body,
      ExchangeDraft draft) {
    this.proxy = proxy;
    this.agent = agent;
    this.request = request;
    boolean empty = body == null || body.length() == 0;
    this.body = body;
    this.draft = draft;
    this.digest = empty ? null : body.finish();
    this.loop = agent.channel().eventLoop();
    this.pool = proxy.pool(loop);
    draft.requestComplete(digest);
  }

  /**
   * Prepares and sends. On the event loop if neither the key nor the addresses make it wait, since
   * handing a request over and back costs more than its signature; else off it.
   */
  void start() {
    agent.watchdog().pause();
    Optional<Resolution> known =
        proxy.credentials().isEmpty() && proxy.signing().isAtOnce()
            ? proxy.permissions().known(request.head().method(), request.target())
            : Optional.empty();
    if (known.isEmpty()) {
      proxy.blocking().execute(() -> prepare(known));
      return;
    }
    starting = true;
    try {
      prepare(known);
    } finally {
      starting = false;
    }
  }

  /** Keys, secrets and name servers may take their time, unless the addresses are known. */
  private void prepare(Optional<Resolution> known) {
    draft.prepared();
    Target target = request.target();
    try {
      String method = request.head().method();
      List<InetAddress> addresses =
          known.isPresent()
              ? proxy.permissions().addresses(target, known.get())
              : proxy.permissions().addresses(method, target);
      List<Field> own = request.fieldsWithLength(body == null ? 0 : body.length());
      CredentialedRequest added = proxy.credentials().to(method, target, own);
      List<Field> fields = proxy.signing().sign(method, added, digest);
      Prepared prepared = new Prepared(added, fields, addresses);
      if (loop.inEventLoop()) {
        connect(prepared);
      } else {
        loop.execute(() -> connect(prepared));
      }
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
      LOG.error("a fault while a request was signed", e);
    }
  }

  private void refuseLater(EgressReason reason, String detail) {
    loop.execute(() -> refuse(new Problem(reason, detail)));
  }

  private void connect(Prepared prepared) {
    if (over) {
      return;
    }
    Drafts.signed(draft, prepared.fields());
    UpstreamPool.Key key = UpstreamPool.Key.of(request.target(), !request.isWebSocket());
    pool.take(key, prepared.addresses(), repeated)
        .addListener(
            connected -> {
              if (connected.isSuccess()) {
                send((UpstreamConnection) connected.getNow(), prepared);
              } else {
                refuse(UpstreamFailures.whileConnecting(request.target(), connected.cause()));
              }
            });
  }

  private void send(UpstreamConnection connection, Prepared prepared) {
    if (over) {
      connection.channel().close();
      return;
    }
    upstream = connection;
    mask = prepared.added().mask();
    connection.begin(this);
    HttpRequest message =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(request.head().method()),
            prepared.added().target().pathAndQuery());
    for (Field field : prepared.fields()) {
      message.headers().add(field.name(), FieldText.of(field.value()));
    }
    proxy.stats().countForwarded();
    draft.sent(connection.channel().remoteAddress());
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
    if (mask.isPresent() && mask.get().isBlindTo(response)) {
      refuse(UpstreamFailures.encoded(request.target()));
      return;
    }
    mask.ifPresent(m -> m.hideIn(response));
    answering = true;
    agent.watchdog().watch(proxy.limits().stream(), this::upstreamIsSilent);
    Drafts.answer(draft, response);
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
    ByteBuf shown = mask.map(m -> m.hideIn(content)).orElse(content);
    draft.answerContent(shown);
    agent.content(shown);
  }

  @Override
  public void answerEnds(HttpHeaders trailers) {
    if (over) {
      return;
    }
    mask.map(AnswerMask::rest)
        .filter(ByteBuf::isReadable)
        .ifPresent(
            rest -> {
              draft.answerContent(rest);
              agent.content(rest);
            });
    HttpHeaders shown = mask.map(m -> m.hideIn(trailers)).orElse(trailers);
    finish();
    draft.forwarded();
    upstream.release(sender.sent());
    agent.end(shown);
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
    mask.ifPresent(m -> m.hideIn(response));
    draft.became(ExchangeRecord.Kind.WEBSOCKET);
    Drafts.answer(draft, response);
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
      draft.failed(EgressReason.UPSTREAM_BROKEN.name(), 0);
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
      draft.failed(EgressReason.UPSTREAM_TIMEOUT.name(), 0);
      finish();
      upstream.channel().close();
      agent.abort();
    } else {
      refuse(UpstreamFailures.silent(request.target(), proxy.limits().response()));
    }
  }

  void agentLeft() {
    draft.abandoned();
    finish();
    if (upstream != null) {
      upstream.channel().close();
    }
  }

  private void refuse(Problem problem) {
    if (starting) {
      // The connection is still handing the request over, and could not begin the next one.
      loop.execute(() -> refuse(problem));
    } else if (!over) {
      finish();
      if (upstream != null) {
        upstream.channel().close();
      }
      agent.refuse(problem);
    }
  }

  private void finish() {
    over = true;
    agent.watchdog().pause();
    mask.ifPresent(AnswerMask::close);
    if (body != null) {
      body.discard();
    }
  }
}
