// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

/**
 * Where something is to be sent.
 *
 * @param scheme {@code http} or {@code https}; a tunnel's is {@code https}
 * @param host in lower case, as it stands in a URI: IPv6 in brackets
 * @param port 1 to 65535
 */
public record Destination(String scheme, String host, int port) {
  boolean hasStandardPort() {
    return port == (scheme.equals("https") ? 443 : 80);
  }

  /** Host, and port unless it is the scheme's own. */
  String authority() {
    return hasStandardPort() ? host : host + ":" + port;
  }
}
