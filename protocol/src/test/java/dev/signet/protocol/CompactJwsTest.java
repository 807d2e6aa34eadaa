// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactJwsTest {
  private static final String P1363 = "SHA256withECDSAinP1363Format";
  private static final byte[] PAYLOAD = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  private static String withHeader(String header) {
    return Bytes.utf8(header).toBase64Url() + ".e30." + Bytes.of(new byte[64]).toBase64Url();
  }

  @Test
  void nimbusVerifiesWhatWeAssemble() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    String input = CompactJws.signingInput("wit+jwt", "kid-1", PAYLOAD);
    Signature signer = Signature.getInstance(P1363);
    signer.initSign(key.toECPrivateKey());
    signer.update(input.getBytes(StandardCharsets.US_ASCII));
    JWSObject theirs = JWSObject.parse(CompactJws.assemble(input, signer.sign()));
    assertThat(theirs.verify(new ECDSAVerifier(key))).isTrue();
    assertThat(theirs.getHeader().getKeyID()).isEqualTo("kid-1");
    assertThat(theirs.getHeader().getType().getType()).isEqualTo("wit+jwt");
    assertThat(theirs.getPayload().toBytes()).isEqualTo(PAYLOAD);
  }

  @Test
  void weVerifyWhatNimbusSigns() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    JWSObject theirs =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("wit+jwt"))
                .keyID("k")
                .build(),
            new Payload(PAYLOAD));
    theirs.sign(new ECDSASigner(key));
    CompactJws ours = CompactJws.parse(theirs.serialize(), "wit+jwt", 1000);
    Signature verifier = Signature.getInstance(P1363);
    verifier.initVerify(key.toECPublicKey());
    verifier.update(ours.signingInput());
    assertThat(verifier.verify(ours.signature())).isTrue();
    assertThat(ours.payload()).isEqualTo(PAYLOAD);
    assertThat(ours.header().kid()).isEqualTo("k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\",\"typ\":\"t\",\"kid\":\"k\"}",
        "{\"alg\":\"HS256\",\"typ\":\"t\",\"kid\":\"k\"}",
        "{\"alg\":\"es256\",\"typ\":\"t\",\"kid\":\"k\"}",
        "{\"typ\":\"t\",\"kid\":\"k\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k\"}",
        "{\"alg\":\"ES256\",\"typ\":\"t\"}",
        "{\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"\"}",
        "{\"alg\":\"ES256\",\"typ\":\"other\",\"kid\":\"k\"}",
        "{\"alg\":\"ES256\",\"typ\":\"T\",\"kid\":\"k\"}",
        "{\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"k\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"k\",\"jku\":\"https://evil.example\"}",
        "{\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"k\",\"jwk\":{}}",
        "{\"alg\":\"none\",\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"k\"}",
        "[]",
        "null",
        ""
      })
  void refusesOtherHeader(String header) {
    assertThatThrownBy(() -> CompactJws.parse(withHeader(header), "t", 1000))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesOtherForms() throws Exception {
    String good = withHeader("{\"alg\":\"ES256\",\"typ\":\"t\",\"kid\":\"k\"}");
    assertThat(CompactJws.parse(good, "t", good.length()).payload()).hasSize(2);
    for (String bad :
        new String[] {
          "",
          ".",
          "..",
          "...",
          good + ".",
          good + "=",
          good + "\n",
          " " + good,
          good.substring(0, good.length() - 1),
          good.replace(".e30.", "..e30."),
          good.replace(".e30.", ".e31."),
          good.replace(".e30.", ".e3."),
          good.replace(".e30.", ".e30"),
          good.substring(0, good.lastIndexOf('.') + 1)
        }) {
      assertThatThrownBy(() -> CompactJws.parse(bad, "t", 1000))
          .as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> CompactJws.parse(good, "t", good.length() - 1))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> CompactJws.assemble("a.b", new byte[63]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void anyTextIsOnlyEverMalformed(@ForAll @StringLength(max = 60) String text) {
    for (String jws : new String[] {text, text + ".." + text, text + ".e30." + text}) {
      assertThatThrownBy(() -> CompactJws.parse(jws, "t", 200))
          .isInstanceOf(MalformedMessageException.class);
    }
  }
}
