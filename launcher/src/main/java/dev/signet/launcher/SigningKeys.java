// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.AttestationResult;
import dev.signet.requestsignatures.RawSigner;
import java.io.IOException;

/** What signs the requests of a launch from one attestation to the next. */
interface SigningKeys extends AutoCloseable {
  /** One attestation. */
  @FunctionalInterface
  interface Attest {
    Answer<AttestationResult> attest() throws IOException, InterruptedException;
  }

  /** Attests; if that is granted, {@link #newest} is what the result is for. */
  Answer<AttestationResult> attest() throws IOException, InterruptedException;

  /** The key of the newest granted attestation. */
  Newest newest();

  /** Destroys what the newest key took the place of, if anything. */
  void retire();

  /** Destroys all. */
  @Override
  void close();

  /**
   * A key that an identity token is for.
   *
   * @param thumbprint RFC 7638
   * @param atOnce whether it is in memory and blocks nobody
   */
  record Newest(String thumbprint, RawSigner signer, boolean atOnce) {}
}
