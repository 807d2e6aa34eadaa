// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.Digest;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.verifierservice.registry.AgentKeys;
import dev.signet.verifierservice.registry.AgentRegistration;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The last look before an SVID is issued, in the transaction that records it. An identity token
 * says what was true when it was made; here everything that can have changed since is looked at
 * again.
 */
public final class IssueCheck {
  private IssueCheck() {}

  /** Why not. */
  public record Finding(Refusal reason, String detail) {}

  /** What is permitted, or why nothing is: exactly one is not null. */
  record Outcome(AgentRegistration.Svids permitted, Finding finding) {}

  /**
   * @param trustDomain whose SVIDs this verifier issues
   * @param asked whether the registration permits what is asked for
   */
  static Outcome outcome(
      Transaction tx,
      IdentityClaims claims,
      String trustDomain,
      Predicate<AgentRegistration.Svids> asked)
      throws SQLException {
    Optional<Finding> ended = finding(tx, claims);
    if (ended.isPresent()) {
      return new Outcome(null, ended.get());
    }
    String ofAgent = claims.sub().trustDomain();
    if (!ofAgent.equals(trustDomain)) {
      return new Outcome(
          null,
          new Finding(
              Refusal.NOT_PERMITTED,
              "trust domain: expected " + trustDomain + ", the agent is of " + ofAgent));
    }
    AgentRegistration.Svids permitted =
        Registrations.row(tx, claims.sub()).map(row -> row.registration().svids()).orElse(null);
    return permitted == null || !asked.test(permitted)
        ? new Outcome(
            null,
            new Finding(
                Refusal.NOT_PERMITTED,
                "the registration's svids: expected that they permit this, got " + permitted))
        : new Outcome(permitted, null);
  }

  /** Why what the token says does not hold any more; nothing if it does. */
  public static Optional<Finding> finding(Transaction tx, IdentityClaims claims)
      throws SQLException {
    IdentityClaims.Attested attested = claims.signet();
    Optional<Finding> revoked = revoked(tx, claims);
    if (revoked.isPresent()) {
      return revoked;
    }
    if (AttestationKeys.ofHost(tx, attested.host())
        .filter(live -> live.tpm().equals(attested.tpm()))
        .isEmpty()) {
      return found(Refusal.NOT_ADMITTED, "the host or its key was removed since");
    }
    Optional<Registrations.Row> row = Registrations.row(tx, claims.sub());
    if (row.isEmpty()) {
      return found(Refusal.NOT_REGISTERED, "no such agent any more");
    }
    if (!row.get().registration().hosts().contains(attested.host())) {
      return found(Refusal.NOT_REGISTERED, "no longer for this host");
    }
    long floor = row.get().floor().securityVersion();
    long version = attested.appraisal().securityVersion();
    if (version < floor) {
      return found(
          Refusal.ROLLED_BACK, "security version: expected " + floor + " or more, got " + version);
    }
    return AgentKeys.newestLaunch(tx, claims.sub(), attested.host())
            .filter(attested.launch()::equals)
            .isEmpty()
        ? found(Refusal.NO_LIVE_LAUNCH, "another launch of the agent was attested since")
        : Optional.empty();
  }

  private static Optional<Finding> revoked(Transaction tx, IdentityClaims claims)
      throws SQLException {
    IdentityClaims.Attested attested = claims.signet();
    List<Digest> measurements = new ArrayList<>(attested.measurements());
    measurements.add(attested.statement());
    Optional<Revocation> revoked =
        Revocations.find(
            tx,
            new Revocations.Subject(
                claims.sub(),
                attested.launch(),
                claims.cnf().jwk().thumbprint(),
                attested.host(),
                attested.tpm(),
                measurements));
    return revoked.map(
        r -> new Finding(Refusal.REVOKED, r.scope() + " " + r.value() + " is revoked"));
  }

  private static Optional<Finding> found(Refusal reason, String detail) {
    return Optional.of(new Finding(reason, detail));
  }
}
