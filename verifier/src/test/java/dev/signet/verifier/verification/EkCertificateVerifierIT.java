// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Refusal;
import dev.signet.verifier.Maker;
import dev.signet.verifier.verification.EkCertificateVerifier.Simulators;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EkCertificateVerifierIT {
  @Test
  void attack46NothingThatACertificateNamesIsFetched() throws Exception {
    // With these the platform's own path builder fetches issuers, from anywhere (newer JDKs ask for
    // the second as well); it reads them when it is loaded.
    System.setProperty("com.sun.security.enableAIAcaIssuers", "true");
    System.setProperty("com.sun.security.allowedAIALocations", "any");
    Maker maker = new Maker();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Maker.Ek ek = maker.ek();
      ek.issuersAddress = "http://127.0.0.1:" + server.getLocalPort() + "/issuer.crt";
      server.setSoTimeout(50);
      EkCertificateVerifier bare =
          new EkCertificateVerifier(List.of(maker.root), List.of(), Simulators.REFUSED);
      refused(
          bare.verify(Maker.der(ek.issue()), Maker.NOW), Refusal.UNTRUSTED_TPM, "path to a pinned");
      EkCertificateVerifier whole =
          new EkCertificateVerifier(
              List.of(maker.root), List.of(maker.intermediate), Simulators.REFUSED);
      authentic(whole.verify(Maker.der(ek.issue()), Maker.NOW));
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
    } finally {
      System.clearProperty("com.sun.security.enableAIAcaIssuers");
      System.clearProperty("com.sun.security.allowedAIALocations");
    }
  }
}
