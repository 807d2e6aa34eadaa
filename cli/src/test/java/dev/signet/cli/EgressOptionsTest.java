// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.egress.permission.AddressRange;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.EgressPermission;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** From the options of {@code run} to what the operator says of the way out. */
class EgressOptionsTest {
  private static OperatorRules rules(String... options) throws Exception {
    EgressOptions parsed = new EgressOptions();
    new CommandLine(parsed).parseArgs(options);
    return parsed.request().rules();
  }

  @Test
  void silenceTakesNothingAwayAndAllowsNoAddress() throws Exception {
    assertThat(rules()).isEqualTo(OperatorRules.NONE);
  }

  @Test
  void eachRuleAndRangeCounts() throws Exception {
    OperatorRules rules =
        rules(
            "--egress-only",
            "GET,POST a.example/v1/*",
            "--egress-only",
            "* b.example",
            "--allow-address",
            "10.1.0.0/16",
            "--allow-address",
            "fd00::1");
    assertThat(rules.only())
        .isEqualTo(
            Optional.of(
                List.of(
                    EgressPermission.parse("GET,POST a.example/v1/*"),
                    EgressPermission.parse("* b.example/*"))));
    assertThat(rules.addresses())
        .containsExactly(AddressRange.parse("10.1.0.0/16"), AddressRange.parse("fd00::1/128"));
  }

  @ParameterizedTest
  @CsvSource({
    "--egress-only,GET",
    "--egress-only,GET a.example/../b",
    "--egress-only,''",
    "--allow-address,10.0.0.1/8",
    "--allow-address,localhost",
    "--allow-address,''"
  })
  void unclearRuleIsAWrongCall(String option, String value) {
    assertThatThrownBy(() -> rules(option, value))
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.code()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(option + ": ")
        .hasMessageContaining("expected");
  }
}
