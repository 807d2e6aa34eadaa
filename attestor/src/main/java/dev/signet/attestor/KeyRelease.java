// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.attestor.ReleaseOutcome.Reason;
import dev.signet.attestor.ReleaseOutcome.Refused;
import dev.signet.attestor.ReleaseOutcome.Released;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.util.Arrays;

/**
 * The commands with which a TPM is shown an approval. Nothing is checked here beforehand: the TPM
 * decides, and its refusal is put into words afterwards.
 */
record KeyRelease(Transaction transaction, SealedKey key, StateApproval approval, byte[] nonceTpm) {

  /** Where the TPM was when it refused. */
  private enum Step {
    SESSION,
    PCRS,
    COUNTERS,
    CLOCK,
    APPROVAL,
    AUTHORIZE,
    SIGNED,
    UNSEAL
  }

  ReleaseOutcome run(SavedSession saved) throws IOException {
    Step step = Step.SESSION;
    byte[] stateDigest = null;
    byte[] policyRef = key.policyRef().toArray();
    try {
      PolicyCommands policy = new PolicyCommands(transaction, saved.load(transaction));
      ObjectCommands objects = new ObjectCommands(transaction);
      step = Step.PCRS;
      policy.pcr(approval.pcrs());
      step = Step.COUNTERS;
      policy.counterTimer(
          PolicyDigest.counters(approval.resetCount(), approval.restartCount()),
          PolicyDigest.COUNTERS_OFFSET,
          PolicyDigest.EQ);
      step = Step.CLOCK;
      policy.counterTimer(
          Octets.u64(approval.clockBound()), PolicyDigest.CLOCK_OFFSET, PolicyDigest.UNSIGNED_LE);
      step = Step.APPROVAL;
      stateDigest = policy.digest();
      var approvalKey = objects.loadExternal(PolicyDigest.approvalKey(key.approvalKey()));
      byte[] ticket =
          policy.verify(
              approvalKey,
              TpmCrypto.sha256(stateDigest, policyRef),
              approval.approvedPolicySignature().toArray());
      step = Step.AUTHORIZE;
      policy.authorize(stateDigest, policyRef, approvalKey.publicArea().name(), ticket);
      step = Step.SIGNED;
      policy.signed(
          approvalKey,
          nonceTpm,
          policyRef,
          approval.expiration(),
          approval.sessionSignature().toArray());
      transaction.flushNow(approvalKey.handle());
      policy.commitTo(key.host().keys().srkEntity(), SecretsKey.ref(key.secretsKey()));
      policy.authValue();
      step = Step.UNSEAL;
      return new Released(unseal(objects, policy.session()));
    } catch (TpmException e) {
      return refusal(step, e, stateDigest, saved.session().handle());
    }
  }

  private RequestKey unseal(ObjectCommands objects, Session session) throws IOException {
    HostKeys keys = key.host().keys();
    var object = objects.load(keys.srkEntity(), key.state().object(), null);
    byte[] scalars =
        objects.unseal(object.entity(key.state().auth().toArray()), session.encryptingResponse());
    byte[] request = Arrays.copyOf(scalars, SealedKey.SCALAR);
    byte[] secrets = Arrays.copyOfRange(scalars, SealedKey.SCALAR, 2 * SealedKey.SCALAR);
    try {
      if (scalars.length != 2 * SealedKey.SCALAR) {
        throw new AttestorException(
            AttestorException.Reason.STATE_UNREADABLE,
            "expected a sealed object of 64 bytes, got one of " + scalars.length);
      }
      return RequestKey.of(
          request,
          key.publicKey(),
          SecretsKey.of(secrets, key.secretsKey()),
          transaction.connection().random());
    } finally {
      Arrays.fill(scalars, (byte) 0);
      Arrays.fill(request, (byte) 0);
      Arrays.fill(secrets, (byte) 0);
    }
  }

  private ReleaseOutcome refusal(Step step, TpmException e, byte[] stateDigest, int handle)
      throws TpmException {
    if (step == Step.SESSION) {
      // The TPM was reset meanwhile; the handle may be another's by now.
      transaction.disown(handle);
      return new Refused(Reason.SESSION_LOST, "the session is gone: " + e.getMessage());
    }
    if (e.is(ResponseCode.PCR_CHANGED)) {
      return new Refused(Reason.PCR_CHANGED, "a PCR moved during the release: " + e.getMessage());
    }
    if (e.is(ResponseCode.INTEGRITY)) {
      throw e; // not the TPM that sealed it, or cleared since: the caller finds out which
    }
    Reason reason =
        switch (step) {
          case COUNTERS -> e.is(ResponseCode.POLICY) ? Reason.OTHER_BOOT : Reason.TPM_REFUSED;
          case CLOCK -> e.is(ResponseCode.POLICY) ? Reason.APPROVAL_EXPIRED : Reason.TPM_REFUSED;
          case APPROVAL -> stateDigest == null ? Reason.TPM_REFUSED : disapproval(e, stateDigest);
          case SIGNED -> sessionRefusal(e);
          case UNSEAL -> unsealRefusal(e);
          case SESSION, PCRS, AUTHORIZE -> Reason.TPM_REFUSED;
        };
    return new Refused(reason, e.getMessage());
  }

  private Reason disapproval(TpmException e, byte[] stateDigest) {
    if (!e.is(ResponseCode.SIGNATURE)) {
      return Reason.TPM_REFUSED;
    }
    if (!approval.policyRef().equals(key.policyRef())) {
      return Reason.OTHER_KEY;
    }
    if (!Arrays.equals(approval.approvedPolicy().toArray(), stateDigest)) {
      return Reason.STATE_NOT_APPROVED;
    }
    return Reason.NOT_THE_APPROVAL_KEY;
  }

  private static Reason sessionRefusal(TpmException e) {
    if (e.is(ResponseCode.EXPIRED)) {
      return Reason.APPROVAL_EXPIRED;
    }
    return e.is(ResponseCode.SIGNATURE) || e.is(ResponseCode.NONCE)
        ? Reason.OTHER_SESSION
        : Reason.TPM_REFUSED;
  }

  private static Reason unsealRefusal(TpmException e) {
    if (e.is(ResponseCode.EXPIRED)) {
      return Reason.APPROVAL_EXPIRED;
    }
    return e.is(ResponseCode.POLICY_FAIL) ? Reason.OTHER_KEY : Reason.TPM_REFUSED;
  }

  @Override
  public String toString() {
    return "KeyRelease[" + key + "]";
  }
}
