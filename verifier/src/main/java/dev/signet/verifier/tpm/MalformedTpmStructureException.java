// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

/** Bytes that are not the TPM structure that was expected. The message may be shown to the peer. */
public final class MalformedTpmStructureException extends Exception {
  MalformedTpmStructureException(String message) {
    super(message);
  }
}
