// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private static final String ZERO = "sha256:" + "0".repeat(64);

  /** One member of every kind that the protocol has. */
  private record Sample(
      int number, long large, String text, Purpose purpose, Digest digest, List<Inner> inner) {
    Sample {
      Require.text(text, 8, "text");
      Require.present(purpose, "purpose");
      Require.present(digest, "digest");
      inner = Require.list(inner, "inner");
    }
  }

  private record Inner(boolean yes, Bytes bytes) {
    Inner {
      Require.size(bytes, 1, 4, "bytes");
    }
  }

  private static final String GOOD =
      "{\"number\":1,\"large\":2,\"text\":\"t\",\"purpose\":\"enrol\",\"digest\":\""
          + ZERO
          + "\",\"inner\":[{\"yes\":true,\"bytes\":\"AA\"}]}";

  private static Sample decode(String json) throws MalformedMessageException {
    return StrictJson.decode(json.getBytes(StandardCharsets.UTF_8), Sample.class, 1000);
  }

  private static void refuses(String json) {
    assertThat(json).isNotEqualTo(GOOD);
    assertThatThrownBy(() -> decode(json))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageNotContaining("dev.signet");
  }

  @Test
  void readsAndWritesTheSameBytes() throws Exception {
    assertThat(new String(StrictJson.encode(decode(GOOD)), StandardCharsets.UTF_8)).isEqualTo(GOOD);
    assertThat(decode(" " + GOOD + "\r\n\t ")).isEqualTo(decode(GOOD));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"number\":1,",
        "\"large\":2,",
        "\"text\":\"t\",",
        "\"purpose\":\"enrol\",",
        "\"yes\":true,"
      })
  void refusesMissingMember(String member) {
    refuses(GOOD.replace(member, ""));
  }

  @Test
  void refusesMissingLastMember() {
    refuses(GOOD.replace(",\"bytes\":\"AA\"", ""));
    refuses(GOOD.substring(0, GOOD.indexOf(",\"inner\"")) + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":1,",
        ":2,",
        ":\"t\"",
        ":\"enrol\"",
        ":true",
        ":\"AA\"",
        ":[{\"yes\":true,\"bytes\":\"AA\"}]"
      })
  void refusesNullMember(String value) {
    refuses(GOOD.replace(value, ":null" + (value.endsWith(",") ? "," : "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[null]", "[{\"yes\":true,\"bytes\":\"AA\"},null]", "null", "{}", "\"\""})
  void refusesListWithNullOrNoList(String list) {
    refuses(GOOD.replace("[{\"yes\":true,\"bytes\":\"AA\"}]", list));
  }

  @Test
  void refusesSingleValueForList() {
    refuses(GOOD.replace("[{", "{").replace("}]", "}"));
  }

  @Test
  void refusesUnknownMemberAtEveryDepth() {
    refuses(GOOD.replace("{\"number\"", "{\"more\":0,\"number\""));
    refuses(GOOD.replace("{\"yes\"", "{\"more\":0,\"yes\""));
    refuses(GOOD.replace("\"number\"", "\"Number\""));
  }

  @Test
  void refusesDuplicateMemberAtEveryDepth() {
    refuses(GOOD.replace("{\"number\":1", "{\"number\":1,\"number\":1"));
    refuses(GOOD.replace("{\"yes\":true", "{\"yes\":true,\"yes\":true"));
    refuses(GOOD.replace("{\"yes\":true", "{\"yes\":true,\"\\u0079es\":true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"1\"", "1.0", "1e0", "true", "\"\"", "[1]", "2147483648", "01", "+1"})
  void refusesCoercedNumber(String value) {
    refuses(GOOD.replace("\"number\":1", "\"number\":" + value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9223372036854775808", "-9223372036854775809", "1E400", "NaN", "Infinity"})
  void refusesNumberOutOfRange(String value) {
    refuses(GOOD.replace("\"large\":2", "\"large\":" + value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "1.5", "[\"t\"]", "{}"})
  void refusesCoercedText(String value) {
    refuses(GOOD.replace("\"text\":\"t\"", "\"text\":" + value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "\"0\"", "\"ENROL\"", "\"Enrol\"", "\"\"", "\" enrol\"", "[\"enrol\"]"})
  void refusesCoercedEnum(String value) {
    refuses(GOOD.replace("\"enrol\"", value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "\"true\"", "0", "\"\""})
  void refusesCoercedBoolean(String value) {
    refuses(GOOD.replace("\"yes\":true", "\"yes\":" + value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "\"AB=\"", "\"AB\"", "\"A\"", "\"A+\"", "\"AA==\"", "{\"value\":\"AA\"}"})
  void refusesBytesInAnotherForm(String value) {
    refuses(GOOD.replace("\"bytes\":\"AA\"", "\"bytes\":" + value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "x", ",", "}", "]", "1", "null", "\u0000", "// end"})
  void refusesTrailingBytes(String tail) {
    refuses(GOOD + tail);
    refuses(GOOD + " " + tail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "\"\"", "1", "{", "{\"number\":1", "{'number':1}"})
  void refusesWhatIsNoObject(String json) {
    refuses(json);
  }

  @Test
  void refusesByteOrderMarkAndOtherEncodings() {
    refuses("\ufeff" + GOOD);
    for (byte[] json :
        List.of(
            GOOD.getBytes(StandardCharsets.UTF_16),
            GOOD.getBytes(StandardCharsets.UTF_16LE),
            GOOD.getBytes(StandardCharsets.UTF_16BE),
            GOOD.replace("\"t\"", "\"\u00e4\"").getBytes(StandardCharsets.ISO_8859_1))) {
      assertThatThrownBy(() -> StrictJson.decode(json, Sample.class, 2000))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void refusesTooLargeBeforeParsing() {
    byte[] json = "not json at all".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> StrictJson.decode(json, Sample.class, json.length - 1))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("expected at most 14 bytes, got 15");
  }

  @Test
  void refusesDeepNesting() throws Exception {
    String deepest = "[".repeat(Limits.JSON_DEPTH) + "]".repeat(Limits.JSON_DEPTH);
    assertThat(StrictJson.tree(deepest.getBytes(StandardCharsets.UTF_8), 1000).isArray()).isTrue();
    String deeper = "[" + deepest + "]";
    assertThatThrownBy(() -> StrictJson.tree(deeper.getBytes(StandardCharsets.UTF_8), 1000))
        .isInstanceOf(MalformedMessageException.class);
    String flood = "[".repeat(500_000);
    assertThatThrownBy(() -> StrictJson.tree(flood.getBytes(StandardCharsets.UTF_8), 500_000))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void treeRefusesDuplicatesAndTrailingBytes() {
    for (String json : List.of("{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":2}}", "{} {}", "{}x")) {
      assertThatThrownBy(() -> StrictJson.tree(json.getBytes(StandardCharsets.UTF_8), 100))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void typeOfEventComesOnlyFromTheTwoKnownNames() {
    String stop =
        "{\"type\":\"stop\",\"agent\":\"spiffe://a/b\",\"launch\":\"AAAAAAAAAAAAAAAAAAAAAA\","
            + "\"exit\":null,\"cause\":\"lost\"}";
    for (String type : List.of("\"java.lang.Object\"", "\"Stop\"", "0", "null", "[\"stop\"]")) {
      byte[] json = stop.replace("\"stop\"", type).getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> StrictJson.decode(json, LaunchEvent.class, 1000))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void messageNamesThePlaceAndWhatWasExpected() {
    assertThatThrownBy(() -> decode(GOOD.replace("\"AA\"", "\"\"")))
        .hasMessage("inner[0]: bytes: expected 1 to 4 bytes, got 0");
    assertThatThrownBy(() -> decode(GOOD.replace("{\"yes\"", "{\"more\":0,\"yes\"")))
        .hasMessage("inner[0].more: expected no such member");
  }

  @Property
  void randomBytesNeverThrowAnythingElse(@ForAll @Size(max = 200) byte[] bytes) {
    for (Class<?> type : List.of(Sample.class, JsonNode.class, AttestationRequest.class)) {
      try {
        StrictJson.decode(bytes, type, 200);
      } catch (MalformedMessageException e) {
        assertThat(e).hasMessageNotContaining("dev.signet");
      }
    }
  }

  @Property
  void mutatedMessageNeverThrowsAnythingElse(@ForAll int at, @ForAll byte value) {
    byte[] json = GOOD.getBytes(StandardCharsets.UTF_8);
    int index = Math.floorMod(at, json.length);
    json[index] = value;
    try {
      Sample sample = StrictJson.decode(json, Sample.class, 1000);
      // What is accepted says the same again: nothing was dropped or guessed.
      assertThat(StrictJson.decode(StrictJson.encode(sample), Sample.class, 1000))
          .isEqualTo(sample);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
    assertThatThrownBy(() -> decode(GOOD.substring(0, Math.floorMod(at, GOOD.length()))))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(Arrays.equals(json, new byte[0])).isFalse();
  }
}
