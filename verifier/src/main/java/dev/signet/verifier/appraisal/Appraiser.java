// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Compares what a TPM proved with what an operator registered and what CI signed. Reads no clock
 * and remembers nothing. Finds everything that is wrong, not the first.
 */
public final class Appraiser {
  private final List<Finding> findings = new ArrayList<>();

  private Appraiser() {}

  /** Without logs of the host's own. */
  public static AppraisalResult appraise(
      VerifiedLaunchLog log,
      ReferenceValues reference,
      Registration registration,
      Claim claim,
      Instant now) {
    return appraise(log, ProvedLogs.NONE, reference, registration, claim, now);
  }

  /**
   * @param log with the quote that proves it
   * @param logs the host's own, which the same quote proves
   * @param claim whose evidence it is said to be; the caller has checked that the quote binds it
   * @param now the verifier's time
   */
  public static AppraisalResult appraise(
      VerifiedLaunchLog log,
      ProvedLogs logs,
      ReferenceValues reference,
      Registration registration,
      Claim claim,
      Instant now) {
    return new Appraiser().decide(log, logs, reference, registration, claim, now);
  }

  private AppraisalResult decide(
      VerifiedLaunchLog log,
      ProvedLogs logs,
      ReferenceValues reference,
      Registration registration,
      Claim claim,
      Instant now) {
    checkRegistration(registration, claim);
    checkStatement(reference, registration, claim, now);
    findings.addAll(BootAppraisal.findings(registration.boot(), log, logs));
    findings.addAll(ImaJudgement.findings(registration.ima(), logs.ima(), log.quote()));
    if (registration.nvRegisterRequired() && log.register() != Appraisal.Register.NV) {
      find(
          Refusal.REGISTER_REJECTED,
          "launch register: expected one of kind nv, got one of kind pcr");
    }
    Optional<LaunchEvent.Start> live = log.live(claim.agent());
    if (live.isEmpty() || !live.get().launch().equals(claim.launch())) {
      find(
          Refusal.NO_LIVE_LAUNCH,
          "expected launch %s of %s to be live, live is %s",
          claim.launch(),
          claim.agent(),
          live.map(start -> start.launch().value()).orElse("none"));
    }
    live.ifPresent(
        start -> findings.addAll(KeyAppraisal.findings(start, log, registration, claim)));
    live.ifPresent(start -> checkLaunch(start, reference, registration));
    if (!findings.isEmpty()) {
      return new AppraisalResult.Contraindicated(findings);
    }
    return new Affirming(
        log,
        claim,
        live.orElseThrow(),
        appraisal(log, live.orElseThrow(), reference, registration, claim),
        waivers(registration));
  }

  private void checkRegistration(Registration registration, Claim claim) {
    if (!registration.agent().equals(claim.agent())) {
      find(
          Refusal.NOT_REGISTERED,
          "the registration is of %s, the evidence of %s",
          registration.agent(),
          claim.agent());
    }
    if (!registration.hosts().contains(claim.host())) {
      find(
          Refusal.NOT_REGISTERED,
          "expected a host of %s, got %s",
          registration.hosts(),
          claim.host());
    }
  }

  private void checkStatement(
      ReferenceValues reference, Registration registration, Claim claim, Instant now) {
    ReferenceStatement.Predicate predicate = reference.statement().predicate();
    if (!registration.signers().contains(reference.signer())) {
      find(
          Refusal.STATEMENT_UNTRUSTED,
          "expected a signer of %s, got %s",
          registration.signers(),
          reference.signer());
    }
    if (!predicate.agent().equals(claim.agent())) {
      find(
          Refusal.MEASUREMENT_MISMATCH,
          "the statement is of %s, the evidence of %s",
          predicate.agent(),
          claim.agent());
    }
    if (!predicate.validity().covers(now)) {
      find(
          Refusal.STATEMENT_EXPIRED,
          "valid from %s to before %s, now %s",
          predicate.validity().notBefore(),
          predicate.validity().notAfter(),
          now);
    }
    if (predicate.securityVersion() < registration.securityVersionFloor()) {
      find(
          Refusal.ROLLED_BACK,
          "security version: expected %d or more, got %d",
          registration.securityVersionFloor(),
          predicate.securityVersion());
    }
  }

  private void checkLaunch(
      LaunchEvent.Start start, ReferenceValues reference, Registration registration) {
    if (!start.statement().equals(reference.payloadDigest())) {
      find(
          Refusal.MEASUREMENT_MISMATCH,
          "reference statement: launched under %s, evidence has %s",
          start.statement(),
          reference.payloadDigest());
    }
    findings.addAll(LaunchAppraisal.findings(start, reference.statement().predicate()));
    if (registration.isolationRequired()
        && Appraisal.Isolation.of(start.isolation()) != Appraisal.Isolation.FULL) {
      find(
          Refusal.MEASUREMENT_MISMATCH,
          "isolation: expected at least %s, launched with %s",
          new TreeSet<>(Appraisal.Isolation.FULL_MEASURES),
          start.isolation());
    }
    if (registration.launcher() instanceof LauncherExpectation.Permitted permitted
        && !permitted.launchers().contains(start.launcher())) {
      find(
          Refusal.MEASUREMENT_MISMATCH,
          "launcher: expected one of %s, got %s",
          permitted.launchers(),
          start.launcher());
    }
  }

  private static Appraisal appraisal(
      VerifiedLaunchLog log,
      LaunchEvent.Start start,
      ReferenceValues reference,
      Registration registration,
      Claim claim) {
    String reason =
        registration.boot() instanceof BootExpectation.Waived waived ? waived.reason() : null;
    boolean verifiedBoot =
        BootAppraisal.judgesOperatingSystem(registration.boot(), log)
            && registration.launcher() instanceof LauncherExpectation.Permitted;
    return new Appraisal(
        BootAppraisal.judged(registration.boot()),
        reason,
        verifiedBoot ? Appraisal.Launcher.VERIFIED_BOOT : Appraisal.Launcher.SELF_REPORTED,
        Appraisal.Isolation.of(start.isolation()),
        log.register(),
        claim.keyProtection(),
        start.signing(),
        reference.statement().predicate().securityVersion(),
        registration
            .ima()
            .map(
                policy ->
                    policy.judgesEverything()
                        ? Appraisal.Ima.APPRAISED
                        : Appraisal.Ima.APPRAISED_IN_PART)
            .orElse(null));
  }

  private static List<String> waivers(Registration registration) {
    List<String> waivers = new ArrayList<>(BootAppraisal.waivers(registration.boot()));
    if (registration.launcher() instanceof LauncherExpectation.Waived waived) {
      waivers.add("launcher: " + waived.reason());
    }
    return waivers;
  }

  private void find(Refusal reason, String detail, Object... sides) {
    findings.add(new Finding(reason, detail.formatted(sides)));
  }
}
