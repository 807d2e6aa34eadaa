// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

/** What the TPM said to a state approval. Being refused is an ordinary outcome. */
public sealed interface ReleaseOutcome {
  /** The key was released; whoever receives it closes it. */
  record Released(RequestKey key) implements ReleaseOutcome {}

  /** The TPM kept the key. */
  record Refused(Reason reason, String detail) implements ReleaseOutcome {}

  /** Why the TPM kept the key. */
  enum Reason {
    /** A PCR moved during the release; the approval may be good, begin again. */
    PCR_CHANGED(true),
    /** The session was lost (connection, reboot of the simulator); begin again. */
    SESSION_LOST(true),
    /**
     * The PCRs are not those that were approved. A verifier approves what was quoted, so they moved
     * since the quote, perhaps by another agent's launch; begin again with a new quote.
     */
    STATE_NOT_APPROVED(true),
    /** The approval is for another boot: resetCount or restartCount differ. */
    OTHER_BOOT(false),
    /** The approval's clock bound or expiration has passed; begin again with a new quote. */
    APPROVAL_EXPIRED(true),
    /** The approval was given for another session: it works once. */
    OTHER_SESSION(false),
    /** The approval is for another agent, key or TPM. */
    OTHER_KEY(false),
    /** The approval is not signed by the key that this request key was sealed to. */
    NOT_THE_APPROVAL_KEY(false),
    /** The TPM refused for another reason, given in the detail. */
    TPM_REFUSED(false);

    private final boolean retryable;

    Reason(boolean retryable) {
      this.retryable = retryable;
    }

    /** Whether a new session with a new quote may succeed without anybody's help. */
    public boolean retryable() {
      return retryable;
    }
  }
}
