// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.BootClock;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.SealedKey;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StateApproval;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.tpm.PolicyDigest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.List;

/** A state approval as the verifier would make it for this very state, but signed by a thief. */
final class ForgedApproval {
  private static final List<Integer> PCRS = List.of(0, 1, 2, 3, 4, 5, 6, 7, 15);
  private static final int SECONDS = 10;

  private ForgedApproval() {}

  static StateApproval make(
      Attestor attestor, SealedKey key, ReleaseSession session, SecureRandom random)
      throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    RawSigner thief = SignatureProviders.detect().signer(generator.generateKeyPair().getPrivate());
    BootClock clock = attestor.tpm().clock();
    long bound = clock.clockMillis() + 1000L * SECONDS;
    ByteArrayOutputStream values = new ByteArrayOutputStream();
    attestor.tpm().pcrs(PCRS).values().forEach(v -> values.writeBytes(v.toArray()));
    byte[] policy =
        PolicyDigest.start()
            .pcr(PcrSelection.of(PCRS), Digest.hash(values.toByteArray()))
            .sameBoot(clock.resetCount(), clock.restartCount())
            .clockAtMost(bound)
            .value()
            .toArray();
    byte[] reference = key.policyRef().toArray();
    byte[] expiration = ByteBuffer.allocate(4).putInt(SECONDS).array();
    return new StateApproval(
        PCRS,
        clock.resetCount(),
        clock.restartCount(),
        bound,
        key.policyRef(),
        Bytes.of(policy),
        Bytes.of(thief.sign(concat(policy, reference))),
        SECONDS,
        Bytes.of(thief.sign(concat(session.nonce().toArray(), expiration, reference))),
        key.approvalKey());
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
