// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.verifierservice.config.ServiceConfig.Role;

/** Who may use a route. */
public sealed interface Access {
  /** Hosts and readers of public documents: no credential, a rate for each address. */
  record Open() implements Access {}

  /** The operations listener, or loopback where there is none. */
  record Operations() implements Access {}

  record Operators(Role role) implements Access {}

  /** Services with a credential for /v1/verify, or proxies with one for /v1/authz. */
  record Services(boolean proxies) implements Access {}
}
