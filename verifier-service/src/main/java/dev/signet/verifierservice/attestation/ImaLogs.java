// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.appraisal.ImaJudgement;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedQuote;
import dev.signet.verifierservice.registry.AgentRegistration;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.ImaPolicies;
import dev.signet.verifierservice.registry.ImaPositions;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * IMA's logs: which part is asked for, and what becomes of it. Docs/protocol.md, "IMA's log".
 *
 * <p>A position says that everything before it is allowed by one policy. It is kept by policy, so
 * that a registration with another one has the whole log judged anew.
 */
final class ImaLogs {
  private static final int POLICIES_IN_MEMORY = 16;

  private final Database database;
  private final Map<Digest, ImaAppraiser> policies =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, ImaAppraiser> eldest) {
          return size() > POLICIES_IN_MEMORY;
        }
      };

  ImaLogs(Database database) {
    this.database = database;
  }

  /** What became of the part that was sent. */
  sealed interface Look {
    /**
     * To be appraised with everything else.
     *
     * @param policy empty where the registration does not ask for IMA's log
     */
    record Ready(Optional<ImaAppraiser> policy, Optional<ImaReplay> log) implements Look {}

    /** Good as far as it goes; the next piece is wanted. */
    record Continues(ImaPosition reached) implements Look {}

    record Refused(List<Finding> findings) implements Look {}
  }

  /** What the host is asked for; null where the agent's registration asks for none. */
  static LogRequest.Ima wanted(Transaction tx, AttestationKeys.Live key, ChallengeRequest request)
      throws SQLException {
    Optional<Digest> policy = Registrations.imaPolicy(tx, request.agent());
    if (policy.isEmpty()) {
      return null;
    }
    return ImaPositions.newest(tx, key.akName(), policy.get())
        .orElse(new LogRequest.Ima(0, key.resetCount(), key.restartCount()));
  }

  /** Replays what was sent from where the last one ended, and keeps how far a piece leads. */
  Look look(AttestationRequest request, AgentRegistration registered, VerifiedQuote quote)
      throws IOException {
    if (registered.ima() == null) {
      return new Look.Ready(Optional.empty(), Optional.empty());
    }
    Digest name = registered.ima().policy();
    ImaAppraiser policy = policy(name);
    HostLogs.Ima sent = request.logs().ima();
    Digest quoted = quote.pcrs().get(ImaJudgement.IMA_PCR);
    if (sent == null || quoted == null) {
      return new Look.Ready(Optional.of(policy), Optional.empty());
    }
    Optional<ImaPosition> kept =
        database.read(
            tx ->
                ImaPositions.find(
                    tx,
                    request.akName(),
                    name,
                    quote.clockInfo().resetCount(),
                    quote.clockInfo().restartCount()));
    return switch (replay(sent, kept, quoted)) {
      case Verification.Refused<ImaReplay>(Refusal reason, String detail) -> {
        if (kept.isPresent()) {
          database.write(
              tx -> {
                ImaPositions.forget(tx, request.akName(), name, kept.get());
                return null;
              });
        }
        yield new Look.Refused(List.of(new Finding(reason, detail)));
      }
      case Verification.Authentic<ImaReplay>(ImaReplay log) when log.proves(quoted) ->
          new Look.Ready(Optional.of(policy), Optional.of(log));
      case Verification.Authentic<ImaReplay>(ImaReplay log) ->
          piece(request, name, policy, log, quote);
    };
  }

  /** Judged now, since what is kept of it is only where it ended. */
  private Look piece(
      AttestationRequest request,
      Digest name,
      ImaAppraiser policy,
      ImaReplay log,
      VerifiedQuote quote)
      throws IOException {
    List<Finding> findings = ImaJudgement.findings(policy, log, quote);
    if (!findings.isEmpty()) {
      return new Look.Refused(findings);
    }
    database.write(
        tx -> {
          ImaPositions.advance(tx, request.akName(), name, quote.clockInfo(), log.reached());
          return null;
        });
    return new Look.Continues(log.reached());
  }

  private static Verification<ImaReplay> replay(
      HostLogs.Ima sent, Optional<ImaPosition> kept, Digest quoted) {
    byte[] log = sent.log().toArray();
    // Another attestation may have come further meanwhile: what it read need not be read again.
    long read = kept.map(ImaPosition::bytes).orElse(0L) - sent.from();
    if (kept.isPresent() && read >= 0 && read <= log.length) {
      byte[] rest = Arrays.copyOfRange(log, (int) read, log.length);
      Verification<ImaReplay> replay = ImaReplay.towards(rest, kept.get(), quoted, sent.more());
      if (replay instanceof Verification.Authentic<ImaReplay> || sent.from() > 0) {
        return replay;
      }
    }
    return sent.from() == 0
        ? ImaReplay.towards(log, ImaPosition.START, quoted, sent.more())
        : new Verification.Refused<>(
            Refusal.IMA_LOG_DOES_NOT_REPLAY,
            "expected the log from byte %s or from its start, got it from byte %d"
                .formatted(kept.map(k -> Long.toString(k.bytes())).orElse("0"), sent.from()));
  }

  /** In the transaction that accepts the evidence. */
  static void accepted(
      Transaction tx, AgentRegistration registered, ImaReplay log, VerifiedQuote quote)
      throws SQLException {
    ImaPositions.advance(
        tx, quote.akName(), registered.ima().policy(), quote.clockInfo(), log.reached());
  }

  private ImaAppraiser policy(Digest name) throws IOException {
    synchronized (policies) {
      ImaAppraiser known = policies.get(name);
      if (known != null) {
        return known;
      }
    }
    ImaAppraiser made =
        database.read(
            tx ->
                new ImaAppraiser(
                    ImaPolicies.find(tx, name)
                        .orElseThrow(
                            () ->
                                new IllegalStateException(
                                    "a registration names the IMA policy "
                                        + name
                                        + ", which is not in the database"))));
    synchronized (policies) {
      policies.put(name, made);
    }
    return made;
  }
}
