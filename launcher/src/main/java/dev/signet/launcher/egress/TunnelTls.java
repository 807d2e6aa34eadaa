// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * TLS towards the agent: 1.2 or 1.3, as the host that it asked for, by the launch's authority.
 *
 * <p>Safe for use by many threads.
 */
final class TunnelTls {
  /** Hosts whose certificates are kept; an agent that calls more of them waits for new ones. */
  private static final int KEPT = 256;

  private record Kept(SslContext context, Instant renewal) {}

  private final LaunchAuthority authority;
  private final Clock clock;
  private final int most;
  private final Map<String, Kept> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > most;
        }
      };

  /**
   * @param clock the host's own, as the agent reads it
   */
  TunnelTls(LaunchAuthority authority, Clock clock) {
    this(authority, clock, KEPT);
  }

  TunnelTls(LaunchAuthority authority, Clock clock, int most) {
    this.authority = authority;
    this.clock = clock;
    this.most = most;
  }

  /**
   * What answers for a host. May take as long as a signature: not for an event loop.
   *
   * @param host a DNS name in lower case, or an IP address without brackets
   */
  SslContext context(String host) {
    Instant now = clock.instant();
    synchronized (kept) {
      Kept found = kept.get(host);
      if (found != null && now.isBefore(found.renewal())) {
        return found.context();
      }
    }
    SslContext made = make(authority.leaf(host, now));
    synchronized (kept) {
      kept.put(host, new Kept(made, now.plus(LaunchAuthority.LEAF_LIFE.dividedBy(2))));
    }
    return made;
  }

  /** A handler that refuses, by TLS's own alert, a client that asks for another name. */
  static SslHandler handler(SslContext context, String host, ByteBufAllocator buffers) {
    SslHandler handler = context.newHandler(buffers);
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setSNIMatchers(List.of(new OnlyName(host)));
    handler.engine().setSSLParameters(parameters);
    return handler;
  }

  private static SslContext make(LaunchAuthority.Leaf leaf) {
    try {
      return SslContextBuilder.forServer(new OneKey(leaf.key(), leaf.certificate()))
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .applicationProtocolConfig(Alpn.HTTP)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java platform has no TLS 1.3 with P-256", e);
    }
  }

  /** RFC 6066 section 3: the name is in ASCII, without a dot at its end. */
  private static final class OnlyName extends SNIMatcher {
    private final String host;

    OnlyName(String host) {
      super(StandardConstants.SNI_HOST_NAME);
      this.host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    @Override
    public boolean matches(SNIServerName name) {
      return new String(name.getEncoded(), StandardCharsets.US_ASCII).equalsIgnoreCase(host);
    }
  }
}
