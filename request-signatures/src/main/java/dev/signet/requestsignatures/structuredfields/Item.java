// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.util.Objects;

/** A bare item and its parameters (RFC 9651 section 3.3). */
public record Item(BareItem value, Parameters parameters) implements Member {
  public Item {
    Objects.requireNonNull(value);
    Objects.requireNonNull(parameters);
  }

  /** An item without parameters. */
  public static Item of(BareItem value) {
    return new Item(value, Parameters.NONE);
  }
}
