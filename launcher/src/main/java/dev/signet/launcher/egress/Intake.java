// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A request that is coming in, over whichever version of HTTP: judged by its header, its body kept
 * until it is complete. Used on one event loop.
 */
final class Intake {
  private final ProxyContext proxy;
  private final PlannedRequest request;
  private final ExchangeDraft draft;
  private BodySpool body;

  private Intake(ProxyContext proxy, PlannedRequest request, ExchangeDraft draft) {
    this.proxy = proxy;
    this.request = request;
    this.draft = draft;
  }

  /**
   * Judges a header.
   *
   * @param origin what the tunnel in which it came was opened for; null outside of tunnels
   * @param draft the note of this request; who refuses it ends the note
   */
  static Intake begin(ProxyContext proxy, RequestHead head, Target origin, ExchangeDraft draft)
      throws RefusedRequestException {
    PlannedRequest request = PlannedRequest.of(head, proxy.targets(), origin);
    Drafts.target(draft, request.target());
    proxy.permissions().require(head.method(), request.target());
    Intake intake = new Intake(proxy, request, draft);
    // Asked before the body is taken: an agent that is not attested learns it at once.
    proxy.signing().current();
    intake.refuseTooLarge(head.framing() instanceof BodyFraming.Length(long bytes) ? bytes : 0);
    if (!(head.framing() instanceof BodyFraming.None)) {
      intake.body =
          new BodySpool(
              proxy.spoolDirectory(), proxy.limits().bodyMemoryBytes(), proxy.spoolBudget());
    }
    return intake;
  }

  PlannedRequest request() {
    return request;
  }

  /** Takes all readable bytes; the caller still releases them. */
  void take(ByteBuf content) throws RefusedRequestException {
    proxy.stats().countSent(content.readableBytes());
    draft.requestContent(content);
    try {
      refuseTooLarge(body.length() + content.readableBytes());
      body.write(content);
    } catch (IOException e) {
      throw new RefusedRequestException(
          EgressReason.SPOOL_FAILED,
          "The launcher could not keep the body while making its digest; is its disk full?");
    }
  }

  /** How many bytes of body have come. */
  long length() {
    return body == null ? 0 : body.length();
  }

  /** The exchange of a request that is complete, whose body is the exchange's from now on. */
  Exchange complete(AgentSide agent) {
    BodySpool complete = body;
    body = null;
    return new Exchange(proxy, agent, request, complete, draft);
  }

  /** Forgets what has come. Idempotent. */
  void discard() {
    if (body != null) {
      body.discard();
      body = null;
    }
  }

  private void refuseTooLarge(long length) throws RefusedRequestException {
    if (length > proxy.limits().bodyBytes()) {
      throw new RefusedRequestException(
          EgressReason.BODY_TOO_LARGE,
          "A body is kept until it is signed, up to %d bytes; this one is longer. Send it in parts."
              .formatted(proxy.limits().bodyBytes()));
    }
  }
}
