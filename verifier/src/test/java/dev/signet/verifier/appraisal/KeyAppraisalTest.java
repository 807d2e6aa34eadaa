// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Signing;
import dev.signet.verifier.Expect;
import dev.signet.verifier.Sample;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyAppraisalTest {
  private final Sample sample = new Sample();
  private KeyRequirement required = KeyRequirement.NONE;

  private LaunchEvent.Start start(LaunchId launch, KeyProtection protection, Signing signing) {
    LaunchEvent.Start s = sample.start(Sample.AGENT, launch);
    return new LaunchEvent.Start(
        s.agent(),
        launch,
        s.statement(),
        s.artifacts(),
        s.runtime(),
        s.arguments(),
        s.jvmOptions(),
        s.environment(),
        s.isolation(),
        List.of(),
        s.requestKey(),
        protection,
        signing,
        s.launcher());
  }

  private Claim claim(KeyProtection protection, Signing signing) {
    return new Claim(
        Sample.HOST, Sample.AGENT, Sample.LAUNCH, sample.requestKey, protection, signing);
  }

  private List<Finding> findings(Claim claim, LaunchEvent... events) {
    VerifiedLaunchLog log =
        Expect.authentic(
            VerifiedLaunchLog.replay(
                Sample.log(events),
                sample.quote(Sample.INPUT, Sample.pcrs(events)),
                Sample.REGISTER,
                BaselineRule.zeros()));
    Registration registration =
        new Registration(
            Sample.AGENT,
            Set.of(Sample.HOST),
            Set.of("signer"),
            0,
            new BootExpectation.Waived("test"),
            BaselineRule.zeros(),
            false,
            new LauncherExpectation.Waived("test"),
            false,
            Optional.empty(),
            required);
    return KeyAppraisal.findings(log.live(Sample.AGENT).orElseThrow(), log, registration, claim);
  }

  private static void assertFound(List<Finding> findings, Refusal reason, String detail) {
    assertThat(findings)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.reason()).isEqualTo(reason);
              assertThat(finding.detail()).contains(detail);
            });
  }

  @Test
  void whatWasLaunchedIsWhatTheEvidenceIsFor() {
    for (KeyProtection protection : KeyProtection.values()) {
      for (Signing signing : Signing.values()) {
        LaunchEvent.Start start = start(Sample.LAUNCH, protection, signing);
        assertThat(findings(claim(protection, signing), start)).isEmpty();
        assertThat(findings(claim(protection, null), start)).as("release").isEmpty();
      }
    }
  }

  @Test
  void attack61LeaseOfALaunchThatNamedNoneIsFound() {
    assertFound(
        findings(
            claim(KeyProtection.SEALED, Signing.LEASE),
            start(Sample.LAUNCH, KeyProtection.SEALED, Signing.DIRECT)),
        Refusal.NO_LIVE_LAUNCH,
        "signing: launched for DIRECT, evidence for LEASE");
  }

  @Test
  void attack61SealedKeyCalledResidentIsFound() {
    assertFound(
        findings(
            claim(KeyProtection.RESIDENT, Signing.DIRECT),
            start(Sample.LAUNCH, KeyProtection.SEALED, Signing.DIRECT)),
        Refusal.NO_LIVE_LAUNCH,
        "key protection: launched with SEALED, evidence for RESIDENT");
  }

  @Test
  void attack42ResidentKeyOfAnEarlierLaunchIsFound() {
    LaunchEvent.Start earlier = start(Sample.OTHER_LAUNCH, KeyProtection.RESIDENT, Signing.DIRECT);
    assertFound(
        findings(
            claim(KeyProtection.RESIDENT, Signing.DIRECT),
            earlier,
            Sample.stop(Sample.AGENT, Sample.OTHER_LAUNCH),
            start(Sample.LAUNCH, KeyProtection.RESIDENT, Signing.DIRECT)),
        Refusal.NO_LIVE_LAUNCH,
        "expected one made for this launch");
  }

  @Test
  void sealedKeyServesLaunchAfterLaunch() {
    assertThat(
            findings(
                claim(KeyProtection.SEALED, Signing.DIRECT),
                start(Sample.OTHER_LAUNCH, KeyProtection.SEALED, Signing.DIRECT),
                start(Sample.LAUNCH, KeyProtection.SEALED, Signing.DIRECT)))
        .isEmpty();
  }

  @Test
  void registrationDemandsResidentKeys() {
    required = new KeyRequirement(true, false);
    assertFound(
        findings(
            claim(KeyProtection.SEALED, Signing.LEASE),
            start(Sample.LAUNCH, KeyProtection.SEALED, Signing.LEASE)),
        Refusal.KEY_NOT_PERMITTED,
        "key protection: expected RESIDENT");
    assertThat(
            findings(
                claim(KeyProtection.RESIDENT, Signing.LEASE),
                start(Sample.LAUNCH, KeyProtection.RESIDENT, Signing.LEASE)))
        .isEmpty();
  }

  @Test
  void registrationForbidsLeases() {
    required = new KeyRequirement(false, true);
    assertFound(
        findings(
            claim(KeyProtection.RESIDENT, Signing.LEASE),
            start(Sample.LAUNCH, KeyProtection.RESIDENT, Signing.LEASE)),
        Refusal.KEY_NOT_PERMITTED,
        "signing: expected DIRECT");
    assertThat(
            findings(
                claim(KeyProtection.SEALED, Signing.DIRECT),
                start(Sample.LAUNCH, KeyProtection.SEALED, Signing.DIRECT)))
        .isEmpty();
  }
}
