// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A request that is coming in, over whichever version of HTTP: judged by its header, its body kept
 * until it is complete. Used on one event loop.
 */
final class Intake {
  private final ProxyContext proxy;
  private final PlannedRequest request;
  private BodySpool body;

  private Intake(ProxyContext proxy, PlannedRequest request) {
    this.proxy = proxy;
    this.request = request;
  }

  /**
   * Judges a header.
   *
   * @param origin what the tunnel in which it came was opened for; null outside of tunnels
   */
  static Intake begin(ProxyContext proxy, RequestHead head, Target origin)
      throws RefusedRequestException {
    Intake intake = new Intake(proxy, PlannedRequest.of(head, proxy.targets(), origin));
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
    return new Exchange(proxy, agent, request, complete);
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
