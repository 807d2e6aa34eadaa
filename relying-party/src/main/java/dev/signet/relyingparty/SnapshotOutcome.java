// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

/** What became of a trust snapshot that was offered to a {@link TrustCache}. */
public sealed interface SnapshotOutcome {
  /** It is the one that requests are judged by from now on. */
  record Adopted(TrustState state) implements SnapshotOutcome {}

  /** It is the one in use already. */
  record Unchanged() implements SnapshotOutcome {}

  /** It is not believed. */
  record Refused(Reason reason, String detail) implements SnapshotOutcome {}

  /** Why a snapshot is not believed. */
  enum Reason {
    /** Not a compact JWS with a trust snapshot's claims. */
    MALFORMED,
    /** Not signed by a pinned snapshot key, or another verifier's. */
    UNTRUSTED,
    /** Past its end, or too old to decide on. */
    EXPIRED,
    /** Issued after our clock, beyond the allowed skew. */
    FROM_THE_FUTURE,
    /** Older than one that was seen. */
    ROLLED_BACK
  }
}
