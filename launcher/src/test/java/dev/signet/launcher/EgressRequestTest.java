// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.CredentialRules;
import dev.signet.launcher.egress.HostPort;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EgressRequestTest {

  @Test
  void launchEventTellsWhatLeavesOtherwiseThanSignedAndOnlyThat() throws Exception {
    EgressRequest asked =
        asked(
            List.of("z.example:443", "b.example:8443", "z.example:443"),
            """
            {"version":1,"credentials":[
              {"secret":"one","host":"signed.example","header":"authorization"},
              {"secret":"one","host":"api.example","path":"/v1/*","header":"x-a","signed":false},
              {"secret":"two","host":"api.example","path":"/v1/*","header":"x-b","signed":false},
              {"secret":"two","host":"api.example:8443","header":"x-b","signed":false}]}
            """);
    assertThat(asked.inLaunchEvent())
        .containsExactly(
            "pass-through b.example:8443",
            "pass-through z.example:443",
            "unsigned api.example/v1/*",
            "unsigned api.example:8443/*");
    assertThat(EgressRequest.NONE.inLaunchEvent()).isEmpty();
  }

  private static EgressRequest asked(List<String> passThrough, String rules)
      throws MalformedMessageException {
    List<CredentialRule> credentials =
        CredentialRules.parse(rules.getBytes(StandardCharsets.UTF_8));
    return new EgressRequest(
        List.of(),
        Optional.empty(),
        OperatorRules.NONE,
        credentials,
        List.of(),
        passThrough.stream().map(HostPort::parse).toList(),
        false,
        Optional.empty());
  }
}
