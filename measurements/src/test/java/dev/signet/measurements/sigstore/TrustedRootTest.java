// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a trusted root and a signer must look like before they are used. */
class TrustedRootTest {
  private static final TestSigstore SIGSTORE =
      new TestSigstore(Instant.parse("2026-11-21T10:15:30Z"));

  @Test
  void isNamedByItsDigest() throws Exception {
    byte[] json = SIGSTORE.trustedRootJson().toString().getBytes(StandardCharsets.UTF_8);
    assertThat(TrustedRoot.parse(json).digest()).isEqualTo(Digest.hash(json));
  }

  @Test
  void refusesUnknownVersion() {
    refused(r -> r.put("mediaType", "application/vnd.dev.sigstore.trustedroot.v0.3+json"));
    refused(r -> r.remove("mediaType"));
  }

  /** The library ignores them; one might narrow what is trusted. */
  @Test
  void refusesUnknownMembers() {
    refused(r -> r.put("onlyFor", "something"));
    refused(r -> ((ObjectNode) r.at("/tlogs/0")).put("onlyFor", "something"));
    refused(r -> ((ObjectNode) r.at("/certificateAuthorities/0")).put("notFor", "something"));
    refused(r -> ((ObjectNode) r.at("/ctlogs/0/publicKey/validFor")).put("except", "something"));
  }

  /** Defect H: a log without a start counts as trusted ever since. */
  @Test
  void refusesTrustThatHasNoStart() {
    for (String path :
        List.of(
            "/tlogs/0/publicKey/validFor",
            "/ctlogs/0/publicKey/validFor",
            "/certificateAuthorities/0/validFor",
            "/timestampAuthorities/0/validFor")) {
      refused(r -> ((ObjectNode) r.at(path)).remove("start"));
      refused(r -> ((ObjectNode) r.at(path)).put("start", "yesterday"));
    }
  }

  @Test
  void refusesARootWithoutLogsOrAuthorities() {
    for (String name : List.of("tlogs", "ctlogs", "certificateAuthorities")) {
      refused(r -> r.putArray(name));
      refused(r -> r.remove(name));
    }
  }

  @Test
  void refusesKeysThatCannotBeUsed() {
    refused(r -> ((ObjectNode) r.at("/tlogs/0/publicKey")).put("keyDetails", "PKIX_ECDSA_P521"));
    refused(r -> ((ObjectNode) r.at("/tlogs/0/publicKey")).put("rawBytes", "AAAA"));
    refused(r -> ((ObjectNode) r.at("/ctlogs/0/publicKey")).put("rawBytes", "AAAA"));
    refused(r -> ((ObjectNode) r.at("/tlogs/0")).put("hashAlgorithm", "SHA1"));
    refused(
        r ->
            ((ObjectNode) r.at("/certificateAuthorities/0/certChain/certificates/0"))
                .put("rawBytes", "AAAA"));
  }

  @Test
  void signersHaveNoPatterns() {
    for (String pattern : List.of("https://ci.invalid/*", "^https://ci.invalid", "a\\.b")) {
      assertThatThrownBy(() -> SignerIdentity.of(TestSigstore.ISSUER, pattern))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("patterns");
    }
  }

  @Test
  void signersAreNamedWithoutDoubt() {
    for (String odd : List.of("", "a b", "a\nb", "a\u0000", "x".repeat(3000))) {
      assertThatThrownBy(() -> SignerIdentity.of(TestSigstore.ISSUER, odd))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SignerIdentity.of(odd, TestSigstore.IDENTITY))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> SignerIdentity.of(null, TestSigstore.IDENTITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SignerIdentity.of(TestSigstore.ISSUER, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void signersClaimOnlyWhatIsKnown() {
    assertThatThrownBy(
            () -> new SignerIdentity("https://i", "x", new TreeMap<>(Map.of("colour", "blue"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("colour");
  }

  private static void refused(Consumer<ObjectNode> change) {
    ObjectNode root = SIGSTORE.trustedRootJson();
    change.accept(root);
    assertThatThrownBy(() -> TrustedRoot.parse(root.toString().getBytes(StandardCharsets.UTF_8)))
        .as("%s", root)
        .isInstanceOf(MalformedMessageException.class);
  }
}
