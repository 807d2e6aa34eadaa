// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;

/**
 * ECDSA nonces after RFC 6979 with additional input (section 3.6, variant of 3.2.d): derived from
 * key and message, so that a random number generator that repeats itself, as after a virtual
 * machine is resumed twice from one snapshot, does not give the key away; and from fresh
 * randomness, so that faults and side channels do not see the same computation twice.
 */
final class HedgedNonces extends HMacDSAKCalculator {
  private final byte[] additional;

  /**
   * @param additional fresh random bytes
   */
  HedgedNonces(byte[] additional) {
    super(new SHA256Digest());
    this.additional = additional;
  }

  @Override
  protected void initAdditionalInput0(HMac hmac) {
    hmac.update(additional, 0, additional.length);
  }

  @Override
  protected void initAdditionalInput1(HMac hmac) {
    hmac.update(additional, 0, additional.length);
  }
}
