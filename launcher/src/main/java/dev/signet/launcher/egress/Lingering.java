// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closing with unread bytes would reset the connection and take the last answer with it (RFC 9112
 * section 9.6): stop sending, let what still comes be read and thrown away for a moment, then
 * close.
 */
final class Lingering {
  static final Duration MOMENT = Duration.ofSeconds(2);

  private Lingering() {}

  /** To be called when the last answer was written; the channel's handler discards what is read. */
  static void close(Channel channel) {
    if (channel.isActive()) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        ((SocketChannel) channel).shutdownOutput();
      } else {
        // TLS has an end of its own, by which the last answer is known to be whole.
        tls.closeOutbound();
      }
      channel.config().setAutoRead(true);
      channel.eventLoop().schedule(() -> channel.close(), MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
