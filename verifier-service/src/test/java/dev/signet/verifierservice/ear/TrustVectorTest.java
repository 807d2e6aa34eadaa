// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.ear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Appraisal.Boot;
import dev.signet.protocol.Appraisal.Launcher;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Signing;
import dev.signet.verifierservice.ear.TrustVector.Appraised;
import dev.signet.verifierservice.ear.TrustVector.Facts;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From each appraisal to what is claimed of it, and never more. */
class TrustVectorTest {
  private static final Set<Integer> FIRMWARE = Set.of(0, 1, 2, 3, 4, 5, 6, 7, 15);
  private static final Set<Integer> FEW = Set.of(4, 7, 15);

  private static Facts facts(Boot boot, Launcher launcher, boolean hardware, Set<Integer> pcrs) {
    return facts(boot, launcher, hardware, pcrs, null);
  }

  private static Facts facts(
      Boot boot, Launcher launcher, boolean hardware, Set<Integer> pcrs, Appraisal.Ima ima) {
    Appraisal appraisal =
        new Appraisal(
            boot,
            boot == Boot.WAIVED ? "a reason" : null,
            launcher,
            Appraisal.Isolation.FULL,
            Appraisal.Register.PCR,
            KeyProtection.SEALED,
            Signing.DIRECT,
            3,
            ima);
    return new Facts(appraisal, hardware, pcrs);
  }

  private static String text(Appraised appraised) {
    return appraised.status() + " " + appraised.claims();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PINNED | VERIFIED_BOOT | true  | true  | 2 {configuration=2, executables=3, hardware=2, instance-identity=2} | 2 {executables=3}
          PINNED | VERIFIED_BOOT | true  | false | 2 {executables=3, hardware=2, instance-identity=2} | 2 {executables=3}
          EVENT_LOG | VERIFIED_BOOT | true | true  | 2 {configuration=2, executables=3, hardware=2, instance-identity=2} | 2 {executables=3}
          EVENT_LOG | SELF_REPORTED | true | true  | 32 {hardware=2, instance-identity=2} | 32 {}
          PINNED | SELF_REPORTED | true  | true  | 32 {hardware=2, instance-identity=2} | 32 {}
          WAIVED | SELF_REPORTED | true  | true  | 32 {hardware=2, instance-identity=2} | 32 {}
          PINNED | VERIFIED_BOOT | false | true  | 32 {configuration=2, executables=3} | 32 {}
          PINNED | SELF_REPORTED | false | true  | 32 {} | 32 {}
          WAIVED | SELF_REPORTED | false | false | 32 {} | 32 {}
          """)
  void eachAppraisalHasItsVector(
      Boot boot,
      Launcher launcher,
      boolean hardware,
      boolean firmware,
      String platform,
      String agent) {
    Facts facts = facts(boot, launcher, hardware, firmware ? FIRMWARE : FEW);
    assertThat(text(TrustVector.platform(facts))).isEqualTo(platform);
    assertThat(text(TrustVector.agent(facts))).isEqualTo(agent);
  }

  @ParameterizedTest
  @CsvSource({
    "PINNED, VERIFIED_BOOT, APPRAISED, 2, 3",
    "EVENT_LOG, VERIFIED_BOOT, APPRAISED, 2, 3",
    "EVENT_LOG, VERIFIED_BOOT, APPRAISED_IN_PART, 3, 3",
    "EVENT_LOG, VERIFIED_BOOT, , 3, 3",
    "EVENT_LOG, SELF_REPORTED, APPRAISED, , ",
    "WAIVED, SELF_REPORTED, APPRAISED, , "
  })
  void whatWasLoadedSinceIsApprovedOnlyWhereAllOfImasLogWasJudged(
      Boot boot, Launcher launcher, Appraisal.Ima ima, Integer platform, Integer agent) {
    Facts facts = facts(boot, launcher, true, FIRMWARE, ima);
    assertThat(TrustVector.platform(facts).claims().get("executables")).isEqualTo(platform);
    assertThat(TrustVector.agent(facts).claims().get("executables"))
        .as("IMA does not see what Java makes of a file")
        .isEqualTo(agent);
  }

  /** The rules, apart from the table: whoever changes the table meets them. */
  @Test
  void nothingIsClaimedThatWasNotChecked() {
    for (Boot boot : Boot.values()) {
      for (Launcher launcher : Launcher.values()) {
        for (boolean hardware : new boolean[] {true, false}) {
          for (Set<Integer> pcrs : java.util.List.of(FIRMWARE, FEW)) {
            Facts facts = facts(boot, launcher, hardware, pcrs);
            for (Appraised appraised :
                new Appraised[] {TrustVector.platform(facts), TrustVector.agent(facts)}) {
              Map<String, Integer> claims = appraised.claims();
              assertThat(claims)
                  .as("no TPM keeps root from memory, disks or keys")
                  .doesNotContainKeys(
                      "runtime-opaque", "storage-opaque", "file-system", "sourced-data");
              assertThat(claims.getOrDefault("executables", 3))
                  .as("there is no IMA log")
                  .isEqualTo(3);
              if (boot == Boot.WAIVED || launcher == Launcher.SELF_REPORTED) {
                assertThat(claims).doesNotContainKeys("executables", "configuration");
                assertThat(appraised.status()).isEqualTo(TrustVector.WARNING);
              }
              if (!hardware) {
                assertThat(claims).doesNotContainKeys("hardware", "instance-identity");
                assertThat(appraised.status()).isEqualTo(TrustVector.WARNING);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void dialectIsTheOneThatAcceptNames() throws Exception {
    assertThat(Dialect.accepted(null)).isEqualTo(Dialect.VERAISON);
    assertThat(Dialect.accepted("*/*")).isEqualTo(Dialect.VERAISON);
    assertThat(Dialect.accepted("application/eat+jwt")).isEqualTo(Dialect.VERAISON);
    for (Dialect dialect : Dialect.values()) {
      assertThat(Dialect.accepted(dialect.mediaType())).isEqualTo(dialect);
    }
    for (String other :
        new String[] {
          "",
          "application/json",
          "application/eat+jwt; eat_profile=\"tag:example.org,2026:mine\"",
          "application/eat+jwt, */*"
        }) {
      assertThatThrownBy(() -> Dialect.accepted(other))
          .isInstanceOf(MalformedMessageException.class);
    }
  }
}
