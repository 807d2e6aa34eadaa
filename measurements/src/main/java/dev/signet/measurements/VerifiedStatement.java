// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
import java.util.List;
import java.util.Optional;

/**
 * A reference statement that a pinned key signed and that was in its validity when it was verified.
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

  /** RFC 7638 thumbprint of the first pinned key (in the policy's order) that signed it. */
  public String signerThumbprint() {
    return signers.getFirst();
  }

  /** RFC 7638 thumbprints of every pinned key that signed it; at least one. */
  public List<String> signerThumbprints() {
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
