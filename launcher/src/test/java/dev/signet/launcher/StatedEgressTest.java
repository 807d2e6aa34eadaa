// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.permission.Destination;
import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.Judgement;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatedEgressTest {
  @TempDir Path dir;

  @Test
  void statementThatSaysNothingPermitsNothingAndIsWarnedOf() throws Exception {
    Path statement =
        CheckedStatement.sign(
            dir, Files.writeString(dir.resolve("a.jar"), "bytes"), Optional.empty());
    StatementVerification.Verified verified =
        (StatementVerification.Verified)
            StatementVerifier.verify(
                Files.readAllBytes(statement),
                SignerPolicy.pinned(List.of(KeyFiles.readPublic(dir.resolve("ci.pub.pem")))),
                Instant.now());
    EgressRequest asked =
        new EgressRequest(
            List.of(new Route("llm", URI.create("https://my_llm.example:8443/v1"))),
            Optional.empty(),
            OperatorRules.NONE,
            List.of(),
            List.of(),
            List.of(),
            false,
            Optional.empty());
    List<String> said = new ArrayList<>();
    EgressPolicy policy =
        StatedEgress.policy(
            verified.statement(), asked, (step, text) -> said.add(step + " " + text));
    assertThat(policy.request("GET", new Destination("https", "a.example", 443), "/"))
        .isInstanceOf(Judgement.Refused.class);
    assertThat(said)
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("WARNING the reference statement permits the agent no request"),
            second ->
                assertThat(second)
                    .startsWith("WARNING the route llm is of no use: ")
                    .contains("my_llm.example:8443"));
  }
}
