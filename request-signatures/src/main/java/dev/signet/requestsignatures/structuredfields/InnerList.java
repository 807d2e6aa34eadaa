// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.util.List;
import java.util.Objects;

/** A list of items inside a List or Dictionary, with parameters (RFC 9651 section 3.1.1). */
public record InnerList(List<Item> items, Parameters parameters) implements Member {
  public InnerList {
    items = List.copyOf(items);
    Objects.requireNonNull(parameters);
  }
}
