// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.protocol.Bytes;
import java.util.List;

/**
 * An entry of a transparency log with its proofs, as it came.
 *
 * @param logId the log's key identifier
 * @param integratedTime seconds since 1970, or 0 where the log gives no time (Rekor v2)
 * @param promise the log's signature over body, time and index (SET), or null (Rekor v2)
 * @param body the canonical JSON that the leaf hash is over
 */
record LogEntry(
    long logIndex,
    Bytes logId,
    String kind,
    String version,
    long integratedTime,
    Bytes promise,
    Proof proof,
    Bytes body) {

  /**
   * That the entry is in the tree (RFC 6962 section 2.1.1), and the log's signature over the tree.
   *
   * @param index of the leaf in this tree
   * @param hashes from the leaf's sibling up, 32 bytes each
   * @param checkpoint a signed note
   */
  record Proof(long index, Bytes rootHash, long treeSize, List<Bytes> hashes, String checkpoint) {
    Proof {
      hashes = List.copyOf(hashes);
      if (index < 0 || index >= treeSize) {
        throw new IllegalArgumentException(
            "inclusionProof: expected an index in a tree of " + treeSize + ", got " + index);
      }
      // The library takes a path of any length, and so would not notice a leaf that is passed off
      // as the whole tree.
      int length = pathLength(index, treeSize);
      if (hashes.size() != length) {
        throw new IllegalArgumentException(
            "inclusionProof: expected a path of " + length + ", got " + hashes.size());
      }
    }

    /** RFC 9162 section 2.1.3.2: up to where the index joins the tree's right edge, then there. */
    static int pathLength(long index, long treeSize) {
      int inner = Long.SIZE - Long.numberOfLeadingZeros(index ^ (treeSize - 1));
      return inner + Long.bitCount(index >>> inner);
    }
  }

  boolean isKind(String kind, String version) {
    return this.kind.equals(kind) && this.version.equals(version);
  }
}
