// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import dev.signet.protocol.EgressPermission;
import java.util.List;
import java.util.Optional;

/**
 * What the operator of a host says of an agent's way out. It takes away from what the signed
 * statement permits, and never adds to it.
 *
 * @param only a request must fit one of these as well; an empty list permits none; absent where the
 *     operator takes nothing away
 * @param addresses special addresses that names may lead to, such as those of a private network
 */
public record OperatorRules(Optional<List<EgressPermission>> only, List<AddressRange> addresses) {
  /** The statement's permissions as they are, and public addresses only. */
  public static final OperatorRules NONE = new OperatorRules(Optional.empty(), List.of());

  public OperatorRules {
    only = only.map(List::copyOf);
    addresses = List.copyOf(addresses);
  }
}
