// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Parameters;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.util.List;
import java.util.Map;

/** Tells a peer what signature is wanted (RFC 9421 section 5.1). */
public final class AcceptSignature {
  private AcceptSignature() {}

  /** The value of Accept-Signature for one signature with {@code created} and {@code expires}. */
  public static String value(
      String label, List<CoveredComponent> components, SignatureAlgorithm algorithm, String tag) {
    Parameters parameters =
        Parameters.flag("created")
            .with("expires", BareItem.BooleanValue.TRUE)
            .with("alg", new BareItem.StringValue(algorithm.registeredName()))
            .with("tag", new BareItem.StringValue(tag));
    return StructuredFields.serialize(Map.of(label, MessageSigner.inputOf(components, parameters)));
  }
}
