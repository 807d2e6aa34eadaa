// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * What the launcher knows and other users of the TPM do not: with it quotes are made and the NV
 * register is extended.
 *
 * @param akAuth 32 bytes, the last not zero
 * @param registerAuth the same; null in what earlier versions made
 */
record LauncherSecret(Bytes akAuth, Bytes registerAuth) {
  static final int BYTES = 64;

  static LauncherSecret fresh(SecureRandom random) {
    return new LauncherSecret(Provisioning.newAuth(random), Provisioning.newAuth(random));
  }

  /** 64 bytes; the caller zeroes them. */
  byte[] encoded() {
    return Octets.concat(akAuth.toArray(), registerAuth.toArray());
  }

  static LauncherSecret decode(byte[] encoded) {
    return new LauncherSecret(
        Bytes.of(Arrays.copyOf(encoded, 32)), Bytes.of(Arrays.copyOfRange(encoded, 32, BYTES)));
  }

  @Override
  public String toString() {
    return "LauncherSecret";
  }
}
