// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * The launcher secret, sealed to every boot state that the boot approver signed (PolicyAuthorize,
 * TPM 2.0 Library Part 3, 23.16): worth nothing on another TPM, or in another boot state.
 *
 * @param approverPoint P-256 public key of the approver, x || y
 * @param pcrs that make up a boot state, ascending
 * @param publicArea TPMT_PUBLIC of the sealed object
 */
record SealedLauncherSecret(
    Bytes approverPoint, List<Integer> pcrs, Bytes publicArea, Bytes privatePart) {
  private static final byte[] LABEL = "signet-boot-v1\0".getBytes(StandardCharsets.US_ASCII);

  SealedLauncherSecret {
    if (approverPoint == null
        || approverPoint.size() != 64
        || pcrs == null
        || publicArea == null
        || privatePart == null) {
      throw new IllegalArgumentException("expected all members of a sealed launcher secret");
    }
    pcrs = List.copyOf(pcrs);
  }

  PublicJwk approver() {
    return PublicJwk.ofPoint(approverPoint.toArray());
  }

  /** What an approval is for: this host's secret and no other. */
  static byte[] policyRef(byte[] akName) {
    return TpmCrypto.sha256(LABEL, akName);
  }

  /** The policy that is approved with a boot state. */
  static byte[] approvedPolicy(SortedMap<Integer, Digest> state) {
    return PolicyDigest.pcr(PolicyDigest.start(), state.keySet(), PcrCommands.digestOf(state));
  }

  static SealedLauncherSecret seal(
      Transaction transaction,
      Entity storageRoot,
      Session session,
      BootApprover approver,
      byte[] akName,
      LauncherSecret secret)
      throws IOException {
    byte[] policy =
        PolicyDigest.authorize(PolicyDigest.approvalKey(approver.key()).name(), policyRef(akName));
    byte[] plain = secret.encoded();
    try {
      ObjectCommands.Created made =
          new ObjectCommands(transaction)
              .create(
                  storageRoot,
                  Octets.NONE,
                  plain,
                  Templates.sealed(policy),
                  session.encryptingCommand());
      return new SealedLauncherSecret(
          Bytes.of(approver.key().point()),
          approver.pcrs(),
          Bytes.of(made.publicArea().encoded()),
          Bytes.of(made.privatePart()));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * Has the TPM release it.
   *
   * @param approval of the state that the TPM is in
   * @throws TpmException PCR_CHANGED or VALUE if a PCR moves meanwhile; it may be tried again
   */
  LauncherSecret unseal(
      Transaction transaction, HostKeys keys, byte[] akName, BootApproval approval)
      throws IOException {
    PolicyCommands policy =
        new PolicyCommands(transaction, transaction.policySession(keys.saltKey()));
    ObjectCommands objects = new ObjectCommands(transaction);
    policy.pcr(pcrs);
    byte[] state = policy.digest();
    byte[] ref = policyRef(akName);
    var key = objects.loadExternal(PolicyDigest.approvalKey(approver()));
    byte[] ticket =
        policy.verify(key, TpmCrypto.sha256(state, ref), approval.signature().toArray());
    policy.authorize(state, ref, key.publicArea().name(), ticket);
    transaction.flushNow(key.handle());
    var object =
        objects.load(
            keys.srkEntity(),
            new ObjectCommands.Created(
                PublicArea.parse(publicArea.toArray()), privatePart.toArray()),
            null);
    byte[] plain =
        objects.unseal(object.entity(Octets.NONE), policy.session().encryptingResponse());
    try {
      if (plain.length != LauncherSecret.BYTES) {
        throw new AttestorException(
            AttestorException.Reason.STATE_UNREADABLE,
            "expected a launcher secret of 64 bytes, got one of " + plain.length);
      }
      return LauncherSecret.decode(plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "SealedLauncherSecret" + pcrs;
  }
}
