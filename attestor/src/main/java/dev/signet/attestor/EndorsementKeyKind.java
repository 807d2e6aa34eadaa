// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import tss.tpm.TPMT_PUBLIC;

/**
 * Endorsement keys that can be used, made by the templates of the TCG EK Credential Profile (2.5,
 * appendix B). RSA-2048 first: nearly every TPM has it.
 */
public enum EndorsementKeyKind {
  /** Template L-1. */
  RSA_2048("rsa-2048", 0x01c00002, 0x81010001),
  /** Template L-2. */
  P256("p-256", 0x01c0000a, 0x81010002),
  /** Template H-3. The profile reserves no handle; this is where makers of software TPMs put it. */
  P384("p-384", 0x01c00016, 0x81010016);

  private final String name;
  private final int certificateIndex;
  private final int persistentHandle;

  EndorsementKeyKind(String name, int certificateIndex, int persistentHandle) {
    this.name = name;
    this.certificateIndex = certificateIndex;
    this.persistentHandle = persistentHandle;
  }

  /** NV index of the certificate. */
  int certificateIndex() {
    return certificateIndex;
  }

  int persistentHandle() {
    return persistentHandle;
  }

  TPMT_PUBLIC template() {
    return switch (this) {
      case RSA_2048 -> Templates.ekRsa2048();
      case P256 -> Templates.ekP256();
      case P384 -> Templates.ekP384();
    };
  }

  static EndorsementKeyKind of(PublicArea area) {
    if (area.type() == PublicArea.RSA) {
      return RSA_2048;
    }
    return area.isP384() ? P384 : P256;
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name;
  }
}
