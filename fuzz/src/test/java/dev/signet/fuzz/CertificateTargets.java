// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.EkCertificateId;
import dev.signet.verifier.verification.EkCertificateVerifier;
import dev.signet.verifier.verification.EndorsementKey;
import dev.signet.verifier.verification.PlatformCertificate;
import dev.signet.verifier.verification.PlatformCertificateVerifier;
import dev.signet.verifier.verification.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** X.509 as Signet uses it: of an EK, of who signed with Sigstore, and of a machine. */
final class CertificateTargets {
  private static final Instant AT = Instant.parse("2026-11-22T00:00:00Z");
  private static final EkCertificateVerifier MAKERS =
      new EkCertificateVerifier(
          List.of(certificate("ek-root.pem")),
          List.of(certificate("ek-issuer.pem")),
          EkCertificateVerifier.Simulators.ALLOWED);
  private static final PlatformCertificateVerifier NO_ISSUERS =
      new PlatformCertificateVerifier(List.of(), List.of());
  private static final EkCertificateId EK =
      new EkCertificateId(new X500Principal("CN=Maker"), BigInteger.ONE);
  private static final String BUNDLE = text("/seeds/bundle/certificate");

  private CertificateTargets() {}

  /** Accepted is what leads to the root of the maker whose certificates are the seeds. */
  static boolean certificate(byte[] input) {
    signer(input);
    return switch (MAKERS.verify(Bytes.of(input), AT)) {
      case Verification.Authentic<EndorsementKey>(EndorsementKey key) -> {
        require(key.certificate().equals(Digest.hash(input)), "another certificate");
        key.publicKey();
        key.tpm();
        yield true;
      }
      case Verification.Refused<EndorsementKey> refused -> {
        require(!refused.detail().isEmpty(), "a refusal that says nothing");
        yield false;
      }
    };
  }

  /**
   * Well-formed is what is refused only because nobody's signature is trusted here: with an issuer,
   * no mutation would come past it, and with none everything before it is tried.
   */
  static boolean platform(byte[] input) {
    return switch (NO_ISSUERS.verify(Bytes.of(input), EK, AT)) {
      case Verification.Refused<PlatformCertificate>(Refusal reason, String detail) -> {
        require(reason == Refusal.UNTRUSTED_PLATFORM, "another reason");
        require(detail.length() < 1024, "a detail without bound");
        yield detail.contains("no issuer of this name is configured")
            || detail.contains("a signature by RSA or ECDSA with SHA-2 was expected");
      }
      case Verification.Authentic<PlatformCertificate>(PlatformCertificate platform) ->
          throw new AssertionError("accepted without an issuer: " + platform);
    };
  }

  /** In a bundle, where the signer's name is read from it. */
  private static void signer(byte[] input) {
    String bundle =
        BUNDLE.replaceFirst(
            "\"rawBytes\":\"[^\"]*\"",
            "\"rawBytes\":\"" + Base64.getEncoder().encodeToString(input) + '"');
    try {
      SigstoreBundle.parse(bundle.getBytes(StandardCharsets.UTF_8), SigstoreBundle.MAX_BYTES)
          .claimedSigner();
    } catch (MalformedMessageException e) {
      // Refused, as declared.
    }
  }

  private static X509Certificate certificate(String name) {
    try (InputStream in = CertificateTargets.class.getResourceAsStream("/makers/" + name)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(String resource) {
    try (InputStream in = CertificateTargets.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
