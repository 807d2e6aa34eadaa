// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;

/**
 * What is offered in TLS (RFC 7301): HTTP/2, or HTTP/1.1, which is also meant by saying nothing.
 */
final class Alpn {
  static final ApplicationProtocolConfig HTTP =
      offer(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

  /** For what HTTP/2 does not carry here. */
  static final ApplicationProtocolConfig HTTP_1_1 = offer(ApplicationProtocolNames.HTTP_1_1);

  private Alpn() {}

  private static ApplicationProtocolConfig offer(String... protocols) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  static boolean isHttp2(String agreed) {
    return ApplicationProtocolNames.HTTP_2.equals(agreed);
  }
}
