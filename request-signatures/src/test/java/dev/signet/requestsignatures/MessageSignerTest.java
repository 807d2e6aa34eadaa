// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Parameters;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageSignerTest {
  private static final RequestView REQUEST =
      HttpText.request("https", "GET /a?b HTTP/1.1\nHost: example.com\nAccept: */*");
  private static final SignatureParameters PARAMETERS =
      SignatureParameters.NONE.created(Instant.ofEpochSecond(1618884473)).keyid("k");

  @Test
  void writesComponentsAndParametersInTheirOrder() throws Exception {
    SignedFields fields =
        new MessageSigner("sig1", base -> new byte[64])
            .sign(
                REQUEST,
                List.of(CoveredComponent.of("accept"), CoveredComponent.of("@method")),
                PARAMETERS);
    assertThat(fields.signatureInput())
        .isEqualTo("sig1=(\"accept\" \"@method\");created=1618884473;keyid=\"k\"");
    assertThat(fields.signature()).startsWith("sig1=:AAAA").endsWith("AA==:");
  }

  @Test
  void refusesToSignWithoutTheComponent() {
    MessageSigner signer = new MessageSigner("sig1", base -> new byte[64]);
    assertThatThrownBy(() -> signer.sign(REQUEST, List.of(CoveredComponent.of("date")), PARAMETERS))
        .isInstanceOfSatisfying(
            UnsignableMessageException.class,
            e -> assertThat(e.reason()).isEqualTo(SignatureRefusal.MISSING_COMPONENT));
  }

  @Test
  void refusesSignatureOfWrongLengthFromTheKey() {
    MessageSigner signer = new MessageSigner("sig1", base -> new byte[71]);
    assertThatThrownBy(() -> signer.sign(REQUEST, List.of(), PARAMETERS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("64 bytes");
  }

  @Test
  void refusesComponentsThatTheRfcDoesNotKnow() {
    assertThatIllegalArgumentException().isThrownBy(() -> CoveredComponent.of("@signature-params"));
    assertThatIllegalArgumentException().isThrownBy(() -> CoveredComponent.of("Accept"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CoveredComponent.of("accept", Parameters.flag("zz")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MessageSigner("Sig", base -> new byte[64]));
  }

  @Test
  void comparesComponentsWithoutRegardToTheOrderOfParameters() {
    Parameters one = Parameters.flag("sf").with("req", BareItem.BooleanValue.TRUE);
    Parameters other = Parameters.flag("req").with("sf", BareItem.BooleanValue.TRUE);
    assertThat(CoveredComponent.of("priority", one))
        .isEqualTo(CoveredComponent.of("priority", other))
        .hasSameHashCodeAs(CoveredComponent.of("priority", other))
        .isNotEqualTo(CoveredComponent.of("priority"));
  }

  @Test
  void asksForSignatures() {
    assertThat(
            AcceptSignature.value(
                "signet",
                List.of(CoveredComponent.of("@method")),
                SignatureAlgorithm.ECDSA_P256_SHA256,
                "signet"))
        .isEqualTo("signet=(\"@method\");created;expires;alg=\"ecdsa-p256-sha256\";tag=\"signet\"");
  }
}
