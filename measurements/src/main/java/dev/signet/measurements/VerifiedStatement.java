// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
import java.util.List;
import java.util.Optional;

/**
 * A reference statement by a signer whom the policy names, in its validity when it was verified.
 * Only {@link StatementVerifier} makes one. It says what a signer approved; that it is about this
 * agent, this JAR and a security version high enough is for the caller to decide.
 */
public final class VerifiedStatement {
  private final ReferenceStatement statement;
  private final Digest payloadDigest;
  private final List<String> signers;

  VerifiedStatement(ReferenceStatement statement, Digest payloadDigest, List<String> signers) {
    this.statement = statement;
    this.payloadDigest = payloadDigest;
    this.signers = List.copyOf(signers);
  }

  public ReferenceStatement statement() {
    return statement;
  }

  /** SHA-256 of the payload as it was signed; what a launch event calls {@code statement}. */
  public Digest payloadDigest() {
    return payloadDigest;
  }

  /** The first of {@link #signers}, in the policy's order. */
  public String signer() {
    return signers.getFirst();
  }

  /**
   * Who signed it, at least one: RFC 7638 thumbprints of pinned keys, or the {@link
   * dev.signet.measurements.sigstore.SignerIdentity#name} of a keyless signer.
   */
  public List<String> signers() {
    return signers;
  }

  /** Orders builds: the caller refuses one below its floor ({@code ROLLED_BACK}). */
  public long securityVersion() {
    return statement.predicate().securityVersion();
  }

  public Optional<Artifact> artifact(String role) {
    return statement.predicate().artifacts().stream().filter(a -> a.role().equals(role)).findAny();
  }

  /** Whether {@code jar} is the agent's JAR that was approved: the same digest and size. */
  public boolean approves(JarMeasurement.Measured jar) {
    return artifact(ReferenceStatement.ROLE_AGENT_JAR)
        .filter(a -> a.digest().equals(jar.digest()) && a.size() == jar.size())
        .isPresent();
  }
}
