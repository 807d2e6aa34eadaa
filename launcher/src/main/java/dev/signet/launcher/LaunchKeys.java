// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.LaunchKey;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.ResidentKey;
import dev.signet.attestor.SealedKey;
import dev.signet.attestor.SecretsKey;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Signing;
import java.io.IOException;
import java.util.Optional;

/**
 * The keys of one launch. A sealed key there always is: with it comes the key to the agent's
 * secrets. Where the request key is resident, nothing else is kept of what was released.
 */
final class LaunchKeys {
  private final Attestor attestor;
  private final KeyUse use;
  private final SealedKey sealed;
  private final Optional<ResidentKey> resident;
  private SecretsKey secretsKey;

  private LaunchKeys(
      Attestor attestor, KeyUse use, SealedKey sealed, Optional<ResidentKey> resident) {
    this.attestor = attestor;
    this.use = use;
    this.sealed = sealed;
    this.resident = resident;
  }

  /** Finds or makes what the launch event is to name. */
  static LaunchKeys prepare(
      Attestor attestor, EnrolledHost host, AgentId agent, KeyUse use, Progress progress)
      throws IOException {
    SealedKeys.Found found = SealedKeys.keptOrMade(attestor, host, agent);
    if (found.made()) {
      progress.say(
          Progress.Step.KEY_CREATED,
          "made a request key for this agent on this host, sealed by the TPM: "
              + found.key().publicKey().thumbprint());
    }
    if (use.protection() == KeyProtection.SEALED) {
      return new LaunchKeys(attestor, use, found.key(), Optional.empty());
    }
    ResidentKey made = attestor.createResidentKey();
    progress.say(
        Progress.Step.KEY_CREATED,
        "the TPM made a request key for this launch, which never leaves it: "
            + made.publicKey().thumbprint());
    return new LaunchKeys(attestor, use, found.key(), Optional.of(made));
  }

  KeyUse use() {
    return use;
  }

  SealedKey sealed() {
    return sealed;
  }

  Optional<ResidentKey> resident() {
    return resident;
  }

  /** What the launch event names. */
  PublicJwk requestKey() {
    return resident.map(ResidentKey::publicKey).orElse(sealed.publicKey());
  }

  /**
   * Takes what the TPM released.
   *
   * @return what signs requests once it has attested, for the caller to close
   */
  SigningKeys signing(RequestKey released, AttestationFlow flow) {
    secretsKey = resident.isPresent() ? released.keepSecretsKeyOnly() : released.secretsKey();
    LaunchKey key = resident.isPresent() ? resident.get() : released;
    if (use.signing() == Signing.LEASE) {
      return new LeasedSigning(
          key, attestor::createLeaseKey, leased -> flow.attest(key, Optional.of(leased)));
    }
    SigningKeys.Attest attest = () -> flow.attest(key);
    return resident.isPresent()
        ? new ResidentSigning(resident.get(), attest)
        : new DirectSigning(released, attest);
  }

  SecretsKey secretsKey() {
    return secretsKey;
  }

  /** Closes what {@link #signing} does not. */
  void close() {
    resident.ifPresent(ResidentKey::close);
    if (secretsKey != null) {
      secretsKey.close();
    }
  }
}
