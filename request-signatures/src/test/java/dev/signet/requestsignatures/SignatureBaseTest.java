// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureBaseTest {
  private static final CoveredComponent FIELD = CoveredComponent.of("x");

  /** A request as a server's view gives it, with one field named x. */
  private record Request(
      String method, String path, Optional<String> query, List<String> x, List<String> trailers)
      implements RequestView {
    static Request to(String path, String query) {
      return new Request("GET", path, Optional.ofNullable(query), List.of(), List.of());
    }

    static Request withField(String... lines) {
      return new Request("GET", "/", Optional.empty(), List.of(lines), List.of());
    }

    @Override
    public String scheme() {
      return "HTTPS";
    }

    @Override
    public String authority() {
      return "example.com";
    }

    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return lowerCaseName.equals("x") ? x : List.of();
    }

    @Override
    public List<String> trailerValues(String lowerCaseName) {
      return lowerCaseName.equals("x") ? trailers : List.of();
    }
  }

  private record Response(int status, RequestView request) implements ResponseView {
    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return List.of();
    }
  }

  /**
   * The bytes are looked at eight at a time and one by one: what is refused must not depend on
   * where in the base it stands, nor on what stands beside it.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void takesPrintableAsciiAndTabsWhereverTheyStand(int before) throws Refusal {
    for (char filler : new char[] {' ', 'a', '~'}) {
      for (int after : new int[] {0, 7, 16}) {
        for (char c = 0; c <= 0x180; c++) {
          String fill = String.valueOf(filler);
          String value = '|' + fill.repeat(before) + c + fill.repeat(after) + '|';
          Request request = Request.withField(value);
          String what = "U+%04X after %d of '%c'".formatted((int) c, before, filler);
          if (c == '\t' || c >= ' ' && c <= '~') {
            assertThat(value(request, FIELD)).as(what).isEqualTo(value);
          } else if (c != '\n' || filler != ' ' || after == 0) {
            assertThat(reason(request, FIELD)).as(what).isEqualTo(SignatureRefusal.MALFORMED_VALUE);
          }
        }
      }
    }
  }

  /** In the last component there is nothing behind the bad byte but the parameters' line. */
  @Test
  void saysWhichCharacterItRefused() {
    assertThatThrownBy(() -> value(Request.withField("caf\u00e9"), FIELD))
        .hasMessageContaining("U+00E9");
    assertThatThrownBy(() -> value(Request.withField("a\u0007"), FIELD))
        .hasMessageContaining("U+0007");
  }

  /** A wide character becomes a question mark in bytes, and would be signed as one. */
  @Test
  void refusesCharactersThatAreNoOctets() {
    for (String value : new String[] {"\u0142", "a\u2028b", "\ud834\udd1e", "\uff0f"}) {
      assertThat(reason(Request.withField(value), FIELD))
          .isEqualTo(SignatureRefusal.MALFORMED_VALUE);
    }
    assertThat(reason(Request.to("/\u0142", null), CoveredComponent.of("@path")))
        .isEqualTo(SignatureRefusal.MALFORMED_VALUE);
  }

  /** Fields may hold tabs, derived components may not: at the end, at the start, or between. */
  @ParameterizedTest
  @ValueSource(strings = {"\t", "/\t", "/a\tb", "/a%09b"})
  void refusesTabsInDerivedComponents(String path) throws Refusal {
    Request request = Request.to(path, null);
    CoveredComponent component = CoveredComponent.of("@path");
    if (path.indexOf('\t') < 0) {
      assertThat(value(request, component)).isEqualTo(path);
    } else {
      assertThatThrownBy(() -> value(request, component))
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("@path: got a tab");
    }
    assertThat(value(Request.withField("a\tb"), FIELD)).isEqualTo("a\tb");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'', -, https://example.com/, /, ?",
        "/, -, https://example.com/, /, ?",
        "/a, -, https://example.com/a, /a, ?",
        "/a, '', https://example.com/a?, /a?, ?",
        "/a, b=c, https://example.com/a?b=c, /a?b=c, ?b=c",
        "'', b, https://example.com/?b, /?b, ?b"
      })
  void derivesTargets(String path, String query, String uri, String target, String question)
      throws Refusal {
    Request request = Request.to(path, query);
    assertThat(value(request, CoveredComponent.of("@target-uri"))).isEqualTo(uri);
    assertThat(value(request, CoveredComponent.of("@request-target"))).isEqualTo(target);
    assertThat(value(request, CoveredComponent.of("@query"))).isEqualTo(question);
    assertThat(value(request, CoveredComponent.of("@path"))).isEqualTo(path.isEmpty() ? "/" : path);
    assertThat(value(request, CoveredComponent.of("@scheme"))).isEqualTo("https");
  }

  /** A status code has three digits (RFC 9110 section 15), and so only one way to be written. */
  @ParameterizedTest
  @CsvSource({
    "-200, false",
    "0, false",
    "99, false",
    "100, true",
    "200, true",
    "999, true",
    "1000, false"
  })
  void takesStatusCodesOfThreeDigits(int status, boolean good) throws Refusal {
    Response response = new Response(status, Request.to("/", null));
    if (good) {
      assertThat(value(response, CoveredComponent.of("@status"))).isEqualTo("" + status);
    } else {
      assertThat(reason(response, CoveredComponent.of("@status")))
          .isEqualTo(SignatureRefusal.MALFORMED_VALUE);
    }
  }

  @Test
  void takesComponentsFromTheMessageThatHasThem() throws Refusal {
    Request request = Request.withField("a");
    Response response = new Response(200, request);
    CoveredComponent method = CoveredComponent.of("@method");
    CoveredComponent methodOfRequest = CoveredComponent.of("@method", Parameters.flag("req"));
    CoveredComponent fieldOfRequest = CoveredComponent.of("x", Parameters.flag("req"));
    assertThat(value(request, method)).isEqualTo("GET");
    assertThat(value(response, methodOfRequest)).isEqualTo("GET");
    assertThat(value(response, fieldOfRequest)).isEqualTo("a");
    assertThatThrownBy(() -> value(response, method)).hasMessageContaining("it needs req");
    assertThatThrownBy(() -> value(request, methodOfRequest))
        .hasMessageContaining("req is for signatures of responses");
    assertThatThrownBy(() -> value(request, fieldOfRequest))
        .hasMessageContaining("req is for signatures of responses");
  }

  @Test
  void takesTrailersApartFromHeaders() throws Refusal {
    CoveredComponent trailer = CoveredComponent.of("x", Parameters.flag("tr"));
    Request request =
        new Request("POST", "/", Optional.empty(), List.of("header"), List.of("trailer"));
    assertThat(value(request, trailer)).isEqualTo("trailer");
    assertThat(value(request, FIELD)).isEqualTo("header");
    assertThat(reason(Request.withField("header"), trailer))
        .isEqualTo(SignatureRefusal.MISSING_COMPONENT);
  }

  /** Octets of any value can be wrapped, and nothing wider (RFC 9421 section 2.1.3). */
  @Test
  void wrapsOctets() throws Refusal {
    CoveredComponent wrapped = CoveredComponent.of("x", Parameters.flag("bs"));
    assertThat(value(Request.withField(" \u00ff\u0000 "), wrapped)).isEqualTo(":/wA=:");
    assertThat(value(Request.withField("a", "b"), wrapped)).isEqualTo(":YQ==:, :Yg==:");
    assertThat(value(Request.withField(""), wrapped)).isEqualTo("::");
    for (String wide : new String[] {"\u0100", "a\u0100", "\u0142b"}) {
      assertThat(reason(Request.withField(wide), wrapped))
          .isEqualTo(SignatureRefusal.MALFORMED_VALUE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ITEM|1;a;b=?1|1;a;b",
        "LIST|1 ,\t(a  b);q=1.50,   c|1, (a b);q=1.5, c",
        "DICTIONARY|a=1,b=?1 , c=()|a=1, b, c=()"
      })
  void serializesStrictly(FieldType type, String value, String strict) throws Refusal {
    CoveredComponent component = CoveredComponent.of("x", Parameters.flag("sf"));
    assertThat(value(Request.withField(value), component, Map.of("x", type))).isEqualTo(strict);
    assertThatThrownBy(() -> value(Request.withField(value + ';'), component, Map.of("x", type)))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.reason()).isEqualTo(SignatureRefusal.MALFORMED_VALUE));
  }

  @Test
  void takesMembersOfDictionariesOnly() {
    CoveredComponent component =
        CoveredComponent.of("x", Parameters.NONE.with("key", new BareItem.StringValue("a")));
    for (FieldType type : new FieldType[] {FieldType.ITEM, FieldType.LIST}) {
      assertThatThrownBy(() -> value(Request.withField("a"), component, Map.of("x", type)))
          .isInstanceOfSatisfying(
              Refusal.class,
              e -> assertThat(e.reason()).isEqualTo(SignatureRefusal.UNKNOWN_FIELD_TYPE));
    }
  }

  private static String value(MessageView message, CoveredComponent component) throws Refusal {
    return value(message, component, FieldType.REGISTERED);
  }

  /** The value of the one covered component, as it stands in the base. */
  private static String value(
      MessageView message, CoveredComponent component, Map<String, FieldType> types)
      throws Refusal {
    byte[] base = SignatureBase.of(message, List.of(component), "()", types);
    String text = new String(base, StandardCharsets.US_ASCII);
    String end = "\n\"@signature-params\": ()";
    assertThat(text).contains("\": ").endsWith(end);
    return text.substring(text.indexOf(": ") + 2, text.length() - end.length());
  }

  private static SignatureRefusal reason(MessageView message, CoveredComponent component) {
    try {
      value(message, component);
      return null;
    } catch (Refusal e) {
      return e.reason();
    }
  }
}
