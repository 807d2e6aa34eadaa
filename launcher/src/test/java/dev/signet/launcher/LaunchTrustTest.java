// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.egress.HostPort;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.EgressPermission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;

/** For whom a launch's authority may speak, as it follows from the statement. */
class LaunchTrustTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final Instant END = NOW.plus(Duration.ofDays(30));

  @Test
  void speaksForNoHostWhereTheStatementPermitsNothing() throws Exception {
    NameConstraints none = constraints(trust()).orElseThrow();
    assertThat(none.getPermittedSubtrees())
        .extracting(GeneralSubtree::getBase)
        .singleElement()
        .asString()
        .endsWith("none.invalid");
    assertThat(none.getExcludedSubtrees()).as("all IPv4 and IPv6 addresses").hasSize(2);
  }

  @Test
  void speaksForTheStatementsHostsWithoutTheirPorts() throws Exception {
    NameConstraints named =
        constraints(trust("GET api.example:8443/v1/*", "* *.tools.example:*")).orElseThrow();
    assertThat(named.getPermittedSubtrees())
        .extracting(subtree -> subtree.getBase().getName().toString())
        .containsExactly("api.example", "tools.example");
  }

  @Test
  void speaksForEveryHostWhereTheStatementPermitsEveryHostOnWhateverPort() throws Exception {
    for (String every : List.of("* *", "GET *:*", "GET *:8443/v1/*")) {
      assertThat(constraints(trust("GET api.example", every))).as(every).isEmpty();
    }
  }

  @Test
  void endsWithTheStatement() throws Exception {
    assertThat(certificates(trust("* *")).getFirst().getNotAfter()).isEqualTo(END);
  }

  @Test
  void agentTrustsNobodyElseUnlessItSpeaksToServicesItself() throws Exception {
    assertThat(certificates(trust("* *"))).hasSize(1);
    EgressRequest asked =
        new EgressRequest(
            List.of(),
            Optional.empty(),
            OperatorRules.NONE,
            List.of(),
            List.of(),
            List.of(HostPort.parse("api.example:443")),
            false,
            Optional.empty());
    assertThat(certificates(trust(asked, "* *"))).hasSizeGreaterThan(20);
  }

  private static LaunchTrust trust(String... permitted) throws IOException {
    return trust(EgressRequest.NONE, permitted);
  }

  private static LaunchTrust trust(EgressRequest asked, String... permitted) throws IOException {
    return LaunchTrust.create(
        Stream.of(permitted).map(EgressPermission::parse).toList(),
        END,
        asked,
        Clock.fixed(NOW, ZoneOffset.UTC),
        new SecureRandom());
  }

  /** As the agent reads them. */
  private static List<X509Certificate> certificates(LaunchTrust trust) throws Exception {
    List<X509Certificate> all = new ArrayList<>();
    CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(trust.files().pem()))
        .forEach(certificate -> all.add((X509Certificate) certificate));
    return all;
  }

  private static Optional<NameConstraints> constraints(LaunchTrust trust) throws Exception {
    byte[] extension =
        certificates(trust).getFirst().getExtensionValue(Extension.nameConstraints.getId());
    return Optional.ofNullable(extension)
        .map(bytes -> ASN1OctetString.getInstance(bytes).getOctets())
        .map(NameConstraints::getInstance);
  }
}
