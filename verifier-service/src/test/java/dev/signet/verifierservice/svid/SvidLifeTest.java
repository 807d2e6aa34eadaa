// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long what is issued may live, by the clock and the token alone. */
class SvidLifeTest {
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);
  private static final Duration STANDARD = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  private static Instant end(Long asked, Instant issued, Duration life) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    PublicJwk key = PublicJwk.of((ECPublicKey) generator.generateKeyPair().getPublic());
    IdentityClaims claims =
        new IdentityClaims(
            "https://verifier.test",
            new AgentId("spiffe://example.org/agent/billing"),
            issued.getEpochSecond(),
            issued.plus(life).getEpochSecond(),
            Bytes.of(new byte[16]).toBase64Url(),
            new IdentityClaims.Confirmation(key),
            new IdentityClaims.Attested(
                LaunchId.random(new SecureRandom()),
                new HostId("host-1"),
                Digest.hash(new byte[1]),
                Digest.hash(new byte[2]),
                List.of(),
                new Appraisal(
                    Appraisal.Boot.PINNED,
                    null,
                    Appraisal.Launcher.SELF_REPORTED,
                    Appraisal.Isolation.FULL,
                    Appraisal.Register.PCR,
                    KeyProtection.SEALED,
                    1)));
    return SvidLife.ofSvid(asked, STANDARD, LONGEST, claims, TOKEN_LIFE, NOW);
  }

  @Test
  void outlivesTheTokenByAtMostOneLifeOfAToken() throws Exception {
    Instant issued = NOW.minusSeconds(150);
    assertThat(end(3600L, issued, TOKEN_LIFE)).isEqualTo(NOW.plusSeconds(150 + 300));
    assertThat(end(null, issued, TOKEN_LIFE)).isEqualTo(NOW.plusSeconds(450));
    assertThat(end(60L, issued, TOKEN_LIFE)).isEqualTo(NOW.plusSeconds(60));
  }

  @Test
  void tokenThatItsStatementCutShortGivesNothingBeyondItself() throws Exception {
    assertThat(end(3600L, NOW, Duration.ofSeconds(299))).isEqualTo(NOW.plusSeconds(299));
  }

  @Test
  void longestLifeHoldsWhateverTheTokenAllows() throws Exception {
    Instant end = SvidLife.ofToken(86_400L, STANDARD, LONGEST, NOW);
    assertThat(end).isEqualTo(NOW.plus(LONGEST));
    assertThat(SvidLife.ofToken(null, STANDARD, Duration.ofMinutes(1), NOW))
        .as("a bound below the standard is a bound too")
        .isEqualTo(NOW.plusSeconds(60));
  }
}
