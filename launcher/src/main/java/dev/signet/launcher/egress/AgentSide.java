// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;

/**
 * Where one request came from and its answer goes to: a connection of the agent, or one stream of
 * it. On its event loop only.
 */
interface AgentSide {
  /** Of the connection or stream: its event loop, and whether it takes more. */
  Channel channel();

  Watchdog watchdog();

  /** Writes the header of the upstream's answer, without what belongs to the upstream's side. */
  void answer(HttpResponse upstream);

  /** Writes a piece of the answer, and releases it. */
  void content(ByteBuf piece);

  /**
   * Ends the answer and flushes it; what comes next is the agent's affair.
   *
   * @param trailers of the upstream's answer
   */
  void end(HttpHeaders trailers);

  /** Passes on the answer that a WebSocket begins, and from then on bytes, both ways. */
  void upgrade(HttpResponse switching, Channel upstream);

  /** Answers the request by ourselves; no answer has begun. */
  void refuse(Problem problem);

  /** Breaks off an answer that has begun: the missing end tells the agent. */
  void abort();
}
