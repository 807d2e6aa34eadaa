// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.LaunchKey;
import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.ResidentKey;
import dev.signet.attestor.SealedKey;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The launcher's half of the release of a sealed key and of attestations ({@code docs/protocol.md},
 * "A launch", steps 3 to 5), for one launch.
 */
public final class AttestationFlow {
  /** How often a release is begun anew when a PCR moved or an approval came too late. */
  private static final int RELEASE_ATTEMPTS = 5;

  private final Attestor attestor;
  private final LaunchRegister register;
  private final VerifierClient verifier;
  private final String verifierId;
  private final AgentId agent;
  private final LaunchId launch;
  private final Bytes statement;
  private Optional<Challenge> begun = Optional.empty();

  /**
   * @param verifierId the verifier that this host enrolled at; a challenge of another one is
   *     refused
   * @param statement the DSSE envelope, as received from CI
   */
  public AttestationFlow(
      Attestor attestor,
      LaunchRegister register,
      VerifierClient verifier,
      String verifierId,
      AgentId agent,
      LaunchId launch,
      Bytes statement) {
    this.attestor = attestor;
    this.register = register;
    this.verifier = verifier;
    this.verifierId = verifierId;
    this.agent = agent;
    this.launch = launch;
    this.statement = statement;
  }

  /** What became of a release. */
  public sealed interface Release {
    /** The caller closes the key. */
    record Released(RequestKey key) implements Release {}

    /** The verifier did not approve the state. */
    record NotApproved(ProblemDetails problem) implements Release {}

    /** The verifier approved, but the TPM kept the key. */
    record KeptByTpm(ReleaseOutcome.Reason reason, String detail) implements Release {}
  }

  /**
   * Asks for the release's challenge beforehand: a launch for which the verifier gives none, or not
   * one that may be answered, is not to be recorded.
   *
   * @return the verifier's refusal, if it refused
   * @throws IOException if the verifier cannot be reached, or is not the one, or expects the launch
   *     register elsewhere
   */
  public Optional<ProblemDetails> begin() throws IOException, InterruptedException {
    return switch (challenge(Purpose.RELEASE)) {
      case Answer.Refused<Challenge>(ProblemDetails p) -> Optional.of(p);
      case Answer.Granted<Challenge>(Challenge c) -> {
        begun = Optional.of(c);
        yield Optional.empty();
      }
    };
  }

  /** Asks for a state approval and has the TPM release the key. */
  public Release release(SealedKey sealedKey) throws IOException, InterruptedException {
    return release(sealedKey, Optional.empty(), floor -> true).orElseThrow();
  }

  /**
   * Asks for a state approval and has the TPM release the key.
   *
   * @param resident the launch's request key, where that is not the sealed one
   * @param permits asked with what the verifier told, before the TPM sees the approval
   * @return empty if that said no
   */
  Optional<Release> release(
      SealedKey sealedKey, Optional<ResidentKey> resident, Predicate<StateApproval.Floor> permits)
      throws IOException, InterruptedException {
    Optional<Release> last = Optional.empty();
    ImaPieces pieces = new ImaPieces();
    for (int attempt = 0; attempt < RELEASE_ATTEMPTS; attempt++) {
      last = releaseOnce(sealedKey, resident, permits);
      while (last.orElse(null) instanceof Release.NotApproved(ProblemDetails problem)
          && pieces.goOn(problem)) {
        last = releaseOnce(sealedKey, resident, permits);
      }
      boolean again =
          last.orElse(null) instanceof Release.KeptByTpm kept && kept.reason().retryable();
      if (!again) {
        break;
      }
    }
    return last;
  }

  private Optional<Release> releaseOnce(
      SealedKey sealedKey, Optional<ResidentKey> resident, Predicate<StateApproval.Floor> permits)
      throws IOException, InterruptedException {
    if (begun.isEmpty()) {
      Optional<ProblemDetails> refused = begin();
      if (refused.isPresent()) {
        return Optional.of(new Release.NotApproved(refused.get()));
      }
    }
    Challenge challenge = begun.orElseThrow();
    begun = Optional.empty(); // good for one answer
    try (ReleaseSession session = sealedKey.beginRelease()) {
      var evidence =
          attestor.releaseEvidence(
              challenge,
              agent,
              launch,
              register,
              statement,
              sealedKey.publicKey(),
              session.nonce(),
              resident);
      return switch (verifier.release(evidence)) {
        case Answer.Refused<StateApproval.Granted>(ProblemDetails p) ->
            Optional.of(new Release.NotApproved(p));
        case Answer.Granted<StateApproval.Granted>(StateApproval.Granted granted)
            when !permits.test(granted.floor()) ->
            Optional.empty();
        case Answer.Granted<StateApproval.Granted>(StateApproval.Granted granted) ->
            Optional.of(finish(session, granted));
      };
    }
  }

  private static Release finish(ReleaseSession session, StateApproval.Granted granted)
      throws IOException {
    return switch (session.finish(granted.approval())) {
      case ReleaseOutcome.Released(RequestKey key) -> new Release.Released(key);
      case ReleaseOutcome.Refused(ReleaseOutcome.Reason reason, String detail) ->
          new Release.KeptByTpm(reason, detail);
    };
  }

  /** Attests with the launch's key; the answer holds an identity token. */
  public Answer<AttestationResult> attest(LaunchKey key) throws IOException, InterruptedException {
    return attest(key, Optional.empty());
  }

  /**
   * Attests with the launch's key; the answer holds an identity token.
   *
   * @param leased what the token is for, in place of the launch's key
   */
  Answer<AttestationResult> attest(LaunchKey key, Optional<RequestKey> leased)
      throws IOException, InterruptedException {
    ImaPieces pieces = new ImaPieces();
    Answer<AttestationResult> answer = attestOnce(key, leased);
    while (answer instanceof Answer.Refused<AttestationResult>(ProblemDetails problem)
        && pieces.goOn(problem)) {
      answer = attestOnce(key, leased);
    }
    return answer;
  }

  private Answer<AttestationResult> attestOnce(LaunchKey key, Optional<RequestKey> leased)
      throws IOException, InterruptedException {
    return switch (challenge(Purpose.ATTEST)) {
      case Answer.Refused<Challenge>(ProblemDetails p) -> new Answer.Refused<>(p);
      case Answer.Granted<Challenge>(Challenge challenge) ->
          verifier.attest(
              attestor.attestEvidence(challenge, agent, launch, register, statement, key, leased));
    };
  }

  private Answer<Challenge> challenge(Purpose purpose) throws IOException, InterruptedException {
    Answer<Challenge> answer =
        verifier.challenge(new ChallengeRequest(attestor.akName(), agent, purpose));
    if (answer instanceof Answer.Granted<Challenge>(Challenge challenge)) {
      // A quote for another verifier's or purpose's nonce could be relayed there (ATTACKS 60).
      if (!challenge.verifier().equals(verifierId) || challenge.purpose() != purpose) {
        throw new IOException(
            "expected a challenge of "
                + verifierId
                + " for "
                + purpose
                + ", got one of "
                + challenge.verifier()
                + " for "
                + challenge.purpose());
      }
      if (challenge.registerPcr() != register.pcr()) {
        throw new IOException(
            "the verifier expects the launch register in PCR "
                + challenge.registerPcr()
                + ", this host keeps it in PCR "
                + register.pcr()
                + ": set both alike");
      }
    }
    return answer;
  }
}
