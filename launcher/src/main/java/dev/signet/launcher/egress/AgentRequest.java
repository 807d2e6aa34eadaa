// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import io.netty.buffer.ByteBuf;

/**
 * One request of the agent, over whichever version of HTTP: what there is of it between its first
 * byte and its last, and what becomes of that when it ends early. On its event loop only.
 */
final class AgentRequest {
  private final ProxyContext proxy;
  private RequestHead head;
  private ExchangeDraft draft;
  private Intake intake;
  private Exchange exchange;

  AgentRequest(ProxyContext proxy) {
    this.proxy = proxy;
  }

  /** Its header came, and is well-formed. */
  void begin(RequestHead itsHead) {
    head = itsHead;
    draft = Drafts.begin(proxy.exchanges(), itsHead);
  }

  /** Null before {@link #begin}. */
  RequestHead head() {
    return head;
  }

  /** The note of it; null before {@link #begin}. */
  ExchangeDraft draft() {
    return draft;
  }

  boolean isHead() {
    return head != null && head.method().equals("HEAD");
  }

  /**
   * Judges it by its header; its body is taken from then on.
   *
   * @param origin what the tunnel in which it came was opened for; null outside of tunnels
   */
  void judge(Target origin) throws RefusedRequestException {
    intake = Intake.begin(proxy, head, origin, draft);
  }

  /** Whether its body is being taken. */
  boolean isTaken() {
    return intake != null;
  }

  /** Takes all readable bytes of its body; the caller still releases them. */
  void take(ByteBuf content) throws RefusedRequestException {
    intake.take(content);
  }

  /** How many bytes of its body have come. */
  long length() {
    return intake.length();
  }

  /** It is complete, and goes on its way. */
  void send(AgentSide agent) {
    exchange = intake.complete(agent);
    intake = null;
    exchange.start();
  }

  /** The agent's side takes more of the answer. */
  void answerMayContinue() {
    if (exchange != null) {
      exchange.agentTakesMore();
    }
  }

  /** Its answer was passed on, or broken off. */
  void end() {
    exchange = null;
  }

  /** It becomes something else, whose note is that of this request. */
  ExchangeDraft handOver() {
    ExchangeDraft note = draft;
    draft = null;
    exchange = null;
    return note;
  }

  /** It is answered by the proxy: counted, noted, and what has come of it is forgotten. */
  void refuse(Problem problem) {
    proxy.stats().count(problem.reason());
    Drafts.end(draft == null ? Drafts.begin(proxy.exchanges()) : draft, problem);
    discard();
    exchange = null;
  }

  /** The agent went away. */
  void abandon() {
    discard();
    if (exchange != null) {
      exchange.agentLeft();
      exchange = null;
    } else if (draft != null) {
      draft.abandoned();
    }
  }

  private void discard() {
    if (intake != null) {
      intake.discard();
      intake = null;
    }
  }
}
