// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {
  @ParameterizedTest
  @CsvSource({"'',''", "66,Zg", "666f,Zm8", "666f6f,Zm9v", "fbff,-_8"})
  void writesBase64Url(String hex, String text) {
    assertThat(Bytes.fromHex(hex).toBase64Url()).isEqualTo(text);
    assertThat(Bytes.fromBase64Url(text).toHex()).isEqualTo(hex);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Zg==", "Zg=", "Zh", "Zm9", "Z", "+/8", "Zm 8", "Zm8\n", "Z\u00f6"})
  void refusesOtherSpellings(String text) {
    assertThatThrownBy(() -> Bytes.fromBase64Url(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void oneValueHasOneText(@ForAll @Size(max = 100) byte[] value) {
    Bytes bytes = Bytes.of(value);
    assertThat(Bytes.fromBase64Url(bytes.toBase64Url())).isEqualTo(bytes).hasSameHashCodeAs(bytes);
    assertThat(bytes.toBase64Url())
        .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(value));
    assertThat(Bytes.fromHex(bytes.toHex())).isEqualTo(bytes);
  }

  @Property
  void oneTextIsOneValueOrRefused(@ForAll @StringLength(max = 12) String text) {
    try {
      assertThat(Bytes.fromBase64Url(text).toBase64Url()).isEqualTo(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("base64url");
    }
  }

  @Test
  void isImmutable() {
    byte[] value = {1, 2, 3};
    Bytes bytes = Bytes.of(value);
    Digest digest = Digest.ofDigest(new byte[32]);
    value[0] = 9;
    bytes.toArray()[1] = 9;
    digest.toArray()[0] = 9;
    assertThat(bytes.toHex()).isEqualTo("010203");
    assertThat(digest.toHex()).isEqualTo("0".repeat(64));
  }

  @Property
  void equalsOnlyEqualContent(@ForAll @Size(max = 3) byte[] a, @ForAll @Size(max = 3) byte[] b) {
    assertThat(Bytes.of(a).equals(Bytes.of(b))).isEqualTo(Arrays.equals(a, b));
  }

  @Test
  void digestIsSha256OfTheConcatenation() {
    String abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertThat(Digest.hash("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .hasToString(abc)
        .isEqualTo(Digest.parse(abc));
    assertThat(Digest.hash(new byte[] {'a'}, new byte[0], new byte[] {'b', 'c'})).hasToString(abc);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256:",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015add",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag",
        "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"
      })
  void attack14DigestRefusesOtherAlgorithmsAndSpellings(String text) {
    assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void digestRefusesOtherSizes() {
    assertThatThrownBy(() -> Digest.ofDigest(new byte[20]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Digest.ofDigest(new byte[33]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
