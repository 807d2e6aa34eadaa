// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Test;

class LaunchAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void issuesForPermittedHostsOnly() throws Exception {
    LaunchAuthority authority =
        authority("api.example", "*.tools.example:8443", "10.1.2.3", "[fd00::1]:443");
    assertThatCode(
            () -> {
              validate(authority, "api.example");
              validate(authority, "a.b.tools.example");
              validate(authority, "10.1.2.3");
              validate(authority, "fd00::1");
            })
        .doesNotThrowAnyException();
    for (String other : List.of("other.example", "apiXexample", "10.1.2.4", "fd00::2")) {
      assertThatThrownBy(() -> validate(authority, other))
          .as(other)
          .isInstanceOf(CertPathValidatorException.class)
          .hasMessageContaining("ame constraints");
    }
  }

  @Test
  void permittedNamesPermitNoAddressAndTheOtherWayRound() {
    assertThatThrownBy(() -> validate(authority("api.example"), "10.1.2.3"))
        .isInstanceOf(CertPathValidatorException.class);
    assertThatThrownBy(() -> validate(authority("api.example"), "::1"))
        .isInstanceOf(CertPathValidatorException.class);
    assertThatThrownBy(() -> validate(authority("10.1.2.3"), "api.example"))
        .isInstanceOf(CertPathValidatorException.class);
    assertThatThrownBy(() -> validate(authority(), "api.example"))
        .as("nothing permitted")
        .isInstanceOf(CertPathValidatorException.class);
  }

  @Test
  void everyHostIsPermittedOnlyByAStar() {
    assertThatCode(
            () -> {
              validate(authority("api.example", "*"), "other.example");
              validate(authority("*"), "10.1.2.3");
            })
        .doesNotThrowAnyException();
  }

  @Test
  void isAnAuthorityForHostsAndNoFurtherOne() {
    X509Certificate authority = authority("api.example").certificate();
    assertThat(authority.getBasicConstraints()).isZero();
    assertThat(authority.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(
            Extension.basicConstraints.getId(),
            Extension.keyUsage.getId(),
            Extension.nameConstraints.getId());
    boolean[] usage = authority.getKeyUsage();
    assertThat(usage[5]).as("keyCertSign").isTrue();
    assertThat(usage[0] || usage[6]).as("digitalSignature, cRLSign").isFalse();

    X509Certificate leaf = authority("api.example").leaf("api.example", NOW).certificate();
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
        .isLessThanOrEqualTo(Duration.ofHours(13));
  }

  @Test
  void eachLaunchHasItsOwn() {
    LaunchAuthority one = authority("*");
    LaunchAuthority two = authority("*");
    assertThat(one.certificate().getPublicKey()).isNotEqualTo(two.certificate().getPublicKey());
    assertThat(one.certificate().getSubjectX500Principal())
        .isNotEqualTo(two.certificate().getSubjectX500Principal());
    assertThatThrownBy(() -> validate(two, one.leaf("api.example", NOW).certificate()))
        .isInstanceOf(CertPathValidatorException.class);
  }

  @Test
  void noCertificateOutlivesItsAuthority() {
    X509Certificate late =
        authority("*").leaf("api.example", NOW.plus(Duration.ofHours(47))).certificate();
    assertThat(late.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofHours(48)));
  }

  @Test
  void namesTooLongForASubjectStandInTheAlternativeName() throws Exception {
    String host = "a".repeat(60) + "." + "b".repeat(60) + ".example";
    X509Certificate leaf = authority("*").leaf(host, NOW).certificate();
    assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
    assertThat(leaf.getCriticalExtensionOIDs()).contains(Extension.subjectAlternativeName.getId());
    assertThat(leaf.getSubjectAlternativeNames().iterator().next().get(1)).isEqualTo(host);
    validate(authority("*"), host);
  }

  /** OpenSSL would compare a common name with the constraints for names, which permit none. */
  @Test
  void addressesStandInTheAlternativeName() throws Exception {
    for (String address : List.of("10.1.2.3", "fd00::1")) {
      X509Certificate leaf = authority(address).leaf(address, NOW).certificate();
      assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
      assertThat(leaf.getCriticalExtensionOIDs())
          .contains(Extension.subjectAlternativeName.getId());
    }
  }

  @Test
  void keepsABoundedNumberOfHosts() {
    TunnelTls tls = new TunnelTls(authority("*"), Clock.fixed(NOW, ZoneOffset.UTC), 2);
    SslContext first = tls.context("a.example");
    assertThat(tls.context("a.example")).isSameAs(first);
    tls.context("b.example");
    tls.context("c.example");
    assertThat(tls.context("a.example")).as("made anew").isNotSameAs(first);
  }

  private static LaunchAuthority authority(String... hosts) {
    return LaunchAuthority.create(
        List.of(hosts), NOW, NOW.plus(Duration.ofHours(48)), new SecureRandom());
  }

  private static void validate(LaunchAuthority authority, String host) throws Exception {
    validate(authority, authority.leaf(host, NOW).certificate());
  }

  /**
   * As OpenSSL, Go and others do it. The JDK does not look at the constraints of its anchors, so
   * that the authority is put between a bare key and the certificate.
   */
  private static void validate(LaunchAuthority authority, X509Certificate leaf) throws Exception {
    X509Certificate certificate = authority.certificate();
    PKIXParameters parameters =
        new PKIXParameters(
            Set.of(
                new TrustAnchor(
                    certificate.getSubjectX500Principal(), certificate.getPublicKey(), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(NOW));
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf, certificate)),
            parameters);
  }
}
