// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.ear;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ResultRequest;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.attestation.Judgement;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.ear.TrustVector.Appraised;
import dev.signet.verifierservice.ear.TrustVector.Facts;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.EndorsementKeys;
import dev.signet.verifierservice.requests.AgentCalls.Caller;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.svid.IssueCheck;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Attestation results as EAR (draft-ietf-rats-ear), for relying parties that read those. */
public final class ResultService {
  static final String TYP = "eat+jwt";
  private static final String BUILD = "signet verifier";

  private final String issuer;
  private final Set<Integer> pcrs;
  private final KeyStore keys;
  private final Database database;
  private final DecisionLog log;
  private final InstantSource clock;

  /**
   * @param issuer the verifier's id
   * @param pcrs in every quote
   */
  public ResultService(
      String issuer,
      List<Integer> pcrs,
      KeyStore keys,
      Database database,
      DecisionLog log,
      InstantSource clock) {
    this.issuer = issuer;
    this.pcrs = Set.copyOf(pcrs);
    this.keys = keys;
    this.database = database;
    this.log = log;
    this.clock = clock;
  }

  /** The result of the appraisal that the caller's identity token stands for, as a compact JWS. */
  Judgement<String> result(Caller.Agent caller, ResultRequest request, Dialect dialect)
      throws IOException {
    Instant now = clock.instant();
    IdentityClaims claims = caller.claims();
    Judgement<Boolean> hardware =
        database.write(
            tx -> {
              Optional<IssueCheck.Finding> finding = IssueCheck.finding(tx, claims);
              Decision decision =
                  new Decision(
                      "issue-result",
                      Actor.agent(claims.sub()),
                      claims.sub(),
                      claims.signet().host(),
                      claims.signet().launch(),
                      finding.map(f -> f.reason().name()).orElse(Decision.OK),
                      finding.map(IssueCheck.Finding::detail).orElse(dialect.profile()),
                      AgentStatuses.heard(tx, claims.sub(), claims.signet().host()));
              String id = log.record(tx, decision, now);
              return finding.isPresent()
                  ? new Judgement.Refused<>(finding.get().reason(), finding.get().detail(), id)
                  : new Judgement.Granted<>(EndorsementKeys.isHardware(tx, claims.signet().tpm()));
            });
    return switch (hardware) {
      case Judgement.Refused<Boolean>(var reason, String detail, String decision) ->
          new Judgement.Refused<>(reason, detail, decision);
      case Judgement.Granted<Boolean>(Boolean known) ->
          new Judgement.Granted<>(
              keys.ring(KeyPurpose.EAR)
                  .orElseThrow()
                  .signing(now)
                  .key()
                  .jws(
                      TYP,
                      StrictJson.encode(
                          claims(claims, request.nonce(), known, dialect, now.getEpochSecond()))));
    };
  }

  private Map<String, Object> claims(
      IdentityClaims token, Bytes nonce, boolean hardware, Dialect dialect, long iat) {
    Appraisal appraisal = token.signet().appraisal();
    Facts facts = new Facts(appraisal, hardware, pcrs);
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("eat_profile", dialect.profile());
    claims.put("iss", issuer);
    claims.put("sub", token.sub());
    claims.put("iat", iat);
    // Like the identity token: who wants a later result attests again.
    claims.put("exp", token.exp());
    claims.put("eat_nonce", nonce.toBase64Url());
    PublicJwk key = token.cnf().jwk();
    claims.put("cnf", Map.of("jwk", PublicJwk.of(key.x(), key.y())));
    Map<String, Appraised> submods = new LinkedHashMap<>();
    submods.put("tpm2", TrustVector.platform(facts));
    submods.put("agent", TrustVector.agent(facts));
    dialect.put(
        claims,
        submods,
        Map.of(
            "tpm2",
            "urn:signet:boot:"
                + switch (appraisal.boot()) {
                  case PINNED -> "pinned";
                  case EVENT_LOG -> "event-log";
                  case WAIVED -> "waived";
                },
            "agent",
            "urn:signet:statement:" + token.signet().statement()),
        issuer,
        BUILD);
    claims.put("signet", token.signet());
    return claims;
  }
}
