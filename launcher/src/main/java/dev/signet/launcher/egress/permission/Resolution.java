// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.InetAddress;
import java.util.List;

/** Where a permitted request may be sent. */
public sealed interface Resolution {
  /**
   * Connect to one of these and no other: asking for the name again may give another answer.
   *
   * @param addresses at least one
   */
  record Usable(List<InetAddress> addresses) implements Resolution {}

  /**
   * The host is, or its name leads to, a special address that nobody named.
   *
   * @param detail for the agent, without the address behind a name
   * @param address for the operator
   */
  record Refused(String detail, InetAddress address) implements Resolution {}
}
