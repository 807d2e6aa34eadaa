// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DsseEnvelopeTest {
  // The example at the end of DSSE's protocol document.
  private static final String EXAMPLE =
      """
      {"payload": "aGVsbG8gd29ybGQ=",
       "payloadType": "http://example.com/HelloWorld",
       "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
      """;
  private static final PublicJwk EXAMPLE_KEY =
      PublicJwk.of(
          coordinate(
              "46950820868899156662930047687818585632848591499744589407958293238635476079160"),
          coordinate(
              "5640078356564379163099075877009565129882514886557779369047442380624545832820"));

  @Test
  void encodesBeforeAuthenticationAsTheSpecificationDoes() {
    byte[] pae = PreAuthenticationEncoding.of("http://example.com/HelloWorld", utf8("hello world"));
    assertThat(new String(pae, StandardCharsets.UTF_8))
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  }

  @Test
  void countsBytesNotCharacters() {
    assertThat(PreAuthenticationEncoding.of("ä", utf8("€"))).isEqualTo(utf8("DSSEv1 2 ä 3 €"));
    assertThat(PreAuthenticationEncoding.of("t", new byte[0])).isEqualTo(utf8("DSSEv1 1 t 0 "));
  }

  @Test
  void verifiesTheSpecificationsExample() throws Exception {
    DsseEnvelope envelope = DsseEnvelope.parse(utf8(EXAMPLE));
    assertThat(envelope.payload().toUtf8()).isEqualTo("hello world");
    assertThat(envelope.signatures().getFirst().keyid()).isEmpty();
    // The example has r || s; statements have DER.
    byte[] der = der(envelope.signatures().getFirst().sig().toArray());
    assertThat(StatementVerifier.valid(der, envelope.signedBytes(), EXAMPLE_KEY)).isTrue();
    der[der.length - 1] ^= 1;
    assertThat(StatementVerifier.valid(der, envelope.signedBytes(), EXAMPLE_KEY)).isFalse();
  }

  @Test
  void acceptsBothAlphabetsPaddedOrNot() throws Exception {
    for (String payload : List.of("+/8=", "-_8=", "+/8", "-_8")) {
      assertThat(DsseEnvelope.parse(withPayload(payload)).payload().toHex()).isEqualTo("fbff");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"+_8=", "-/8=", "+/9=", "+/8==", "+/8=\\n", " +/8=", "+", "====", "+/8=+/8=", "é"})
  void refusesBase64ThatIsMixedOrNotCanonical(String payload) {
    assertThatThrownBy(() -> DsseEnvelope.parse(withPayload(payload)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("payload");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"payload\":\"\",\"payloadType\":\"t\"}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[null]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{}]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
        "{\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[{\"sig\":\"AA==\"}]}",
        "{\"payload\":1,\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":{\"sig\":\"AA==\"}}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\",\"x\":1}]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}],\"x\":1}",
        "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]} x",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}",
        "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":7,\"sig\":\"AA==\"}]}",
      })
  void refusesEveryOtherForm(String json) {
    assertThatThrownBy(() -> DsseEnvelope.parse(utf8(json)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesANinthSignature() throws Exception {
    String one = "{\"sig\":\"AA==\"}";
    String form = "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[%s]}";
    String eight = String.join(",", java.util.Collections.nCopies(8, one));
    assertThat(DsseEnvelope.parse(utf8(form.formatted(eight))).signatures()).hasSize(8);
    assertThatThrownBy(() -> DsseEnvelope.parse(utf8(form.formatted(eight + "," + one))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("signatures: expected 1 to 8, got 9");
  }

  @Test
  void refusesAnEnvelopeOverItsLimit() {
    byte[] json = Arrays.copyOf(utf8(EXAMPLE), Limits.STATEMENT_BYTES + 1);
    Arrays.fill(json, EXAMPLE.length(), json.length, (byte) ' ');
    assertThatThrownBy(() -> DsseEnvelope.parse(json))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most");
  }

  @Property(tries = 200)
  void readsWhatItWrites(
      @ForAll @StringLength(min = 1, max = 40) String type,
      @ForAll @Size(max = 300) byte[] payload,
      @ForAll @Size(min = 1, max = 80) byte[] signature)
      throws MalformedMessageException {
    String clean = new String(utf8(type), StandardCharsets.UTF_8); // without lone surrogates
    DsseEnvelope envelope =
        new DsseEnvelope(
            clean,
            Bytes.of(payload),
            List.of(new DsseEnvelope.Signature("k", Bytes.of(signature))));
    assertThat(DsseEnvelope.parse(envelope.encode())).isEqualTo(envelope);
  }

  @Property(tries = 500)
  void onlyMalformedMessageComesOutOfBadBytes(
      @ForAll @Size(min = 1, max = 6) byte[] junk, @ForAll int at) {
    byte[] json = utf8(EXAMPLE);
    System.arraycopy(junk, 0, json, Math.floorMod(at, json.length - junk.length), junk.length);
    try {
      assertThat(DsseEnvelope.parse(json)).isNotNull();
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static byte[] withPayload(String base64) {
    return utf8(
        "{\"payload\":\""
            + base64
            + "\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]}");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Bytes coordinate(String decimal) {
    byte[] raw = new BigInteger(decimal).toByteArray();
    byte[] out = new byte[32];
    int n = Math.min(32, raw.length);
    System.arraycopy(raw, raw.length - n, out, 32 - n, n);
    return Bytes.of(out);
  }

  private static byte[] der(byte[] rs) {
    byte[] r = new BigInteger(1, Arrays.copyOf(rs, 32)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(rs, 32, 64)).toByteArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x30);
    out.write(4 + r.length + s.length);
    out.write(2);
    out.write(r.length);
    out.writeBytes(r);
    out.write(2);
    out.write(s.length);
    out.writeBytes(s);
    return out.toByteArray();
  }
}
