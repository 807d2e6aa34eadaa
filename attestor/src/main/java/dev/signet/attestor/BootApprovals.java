// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Optional;
import java.util.SortedMap;

/** Approved boot states of a host, one file each: the TPM judges them, these only find the one. */
record BootApprovals(StateDirectory directory) {
  static BootApprovals in(StateDirectory parent) throws IOException {
    return new BootApprovals(parent.child("boot"));
  }

  private static String file(SortedMap<Integer, Digest> pcrs) {
    return Bytes.of(SealedLauncherSecret.approvedPolicy(pcrs)).toHex() + ".json";
  }

  Optional<BootApproval> of(SortedMap<Integer, Digest> pcrs) throws IOException {
    return directory
        .read(file(pcrs), BootApproval.class)
        .filter(found -> found.pcrs().equals(pcrs));
  }

  /**
   * Keeps an approval.
   *
   * @throws IllegalArgumentException if it is for another host or of another approver
   */
  void accept(BootApproval approval, SealedLauncherSecret sealed, Bytes akName) throws IOException {
    if (!approval.akName().equals(akName)) {
      throw new IllegalArgumentException(
          "expected an approval for the host with AK Name %s, got one for %s"
              .formatted(akName.toHex(), approval.akName().toHex()));
    }
    if (!sealed.pcrs().equals(java.util.List.copyOf(approval.pcrs().keySet()))) {
      throw new IllegalArgumentException(
          "expected an approval of PCRs %s, got one of %s"
              .formatted(sealed.pcrs(), approval.pcrs().keySet()));
    }
    if (!signs(sealed.approver(), approval)) {
      throw new IllegalArgumentException(
          "expected an approval by the boot approver, key "
              + sealed.approver().thumbprint()
              + "; another key signed this one");
    }
    directory.write(file(approval.pcrs()), approval);
  }

  private static boolean signs(PublicJwk key, BootApproval approval) {
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
      verifier.initVerify(key.toPublicKey());
      verifier.update(approval.state().toSign());
      return verifier.verify(approval.signature().toArray());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
