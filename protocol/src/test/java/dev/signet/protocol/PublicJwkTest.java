// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicJwkTest {
  /** The key of RFC 7515 appendix A.3. */
  static final PublicJwk KEY =
      PublicJwk.of(
          Bytes.fromBase64Url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
          Bytes.fromBase64Url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));

  private static final String JSON =
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
          + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"alg\":\"ES256\"}";

  @Test
  void hasTheThumbprintOfRfc7638() {
    assertThat(KEY.thumbprint()).isEqualTo("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    assertThat(KEY.withKid().kid()).isEqualTo(KEY.thumbprint());
    assertThat(KEY.withKid().thumbprint()).isEqualTo(KEY.thumbprint());
  }

  @Test
  void agreesWithNimbusOnManyKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    for (int i = 0; i < 300; i++) {
      // Enough keys that some coordinate has a leading zero byte.
      ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
      ECKey theirs = new ECKey.Builder(Curve.P_256, key).build();
      PublicJwk ours = PublicJwk.of(key);
      assertThat(ours.thumbprint()).isEqualTo(theirs.computeThumbprint().toString());
      assertThat(ours.x().toBase64Url()).isEqualTo(theirs.getX().toString());
      assertThat(ours.toPublicKey().getW()).isEqualTo(key.getW());
      assertThat(PublicJwk.ofPoint(ours.point())).isEqualTo(ours);
    }
  }

  @Test
  void writesAndReadsOnlyWhatIsThere() throws Exception {
    assertThat(new String(StrictJson.encode(KEY), StandardCharsets.UTF_8)).isEqualTo(JSON);
    assertThat(decode(JSON)).isEqualTo(KEY);
    byte[] named = StrictJson.encode(KEY.withKid());
    assertThat(StrictJson.decode(named, PublicJwk.class, 1000)).isEqualTo(KEY.withKid());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"EC\"|\"RSA\"",
        "\"EC\"|\"oct\"",
        "\"P-256\"|\"P-384\"",
        "\"P-256\"|\"secp256k1\"",
        "\"ES256\"|\"none\"",
        "\"ES256\"|\"HS256\"",
        "\"alg\":\"ES256\"|\"use\":\"enc\"",
        "\"alg\":\"ES256\"|\"d\":\"AA\"",
        "f83OJ3D2|f83OJ3D3",
        "x_FEzRu9|x_FEzRu8",
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU|AAAA",
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU|AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF"
      })
  void refusesOtherKeys(String from, String to) {
    assertThat(JSON).contains(from);
    assertThatThrownBy(() -> decode(JSON.replace(from, to)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesPointAtTheOriginAndCoordinatesBeyondTheField() {
    // x = p + 5 would name the same point as x = 5 in a check that reduces first.
    Bytes p5 = Bytes.fromHex("ffffffff00000001000000000000000000000001000000000000000000000004");
    Bytes zero = Bytes.of(new byte[32]);
    assertThatThrownBy(() -> PublicJwk.of(zero, zero)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PublicJwk.of(p5, KEY.y()))
        .isInstanceOf(IllegalArgumentException.class);
    Bytes p = Bytes.fromHex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    // (0, sqrt b) is on the curve; (p, sqrt b) is another spelling of it.
    Bytes rootB = Bytes.fromHex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    assertThat(PublicJwk.of(zero, rootB).x()).isEqualTo(zero);
    assertThatThrownBy(() -> PublicJwk.of(p, rootB)).isInstanceOf(IllegalArgumentException.class);
  }

  private static PublicJwk decode(String json) throws MalformedMessageException {
    return StrictJson.decode(json.getBytes(StandardCharsets.UTF_8), PublicJwk.class, 1000);
  }
}
