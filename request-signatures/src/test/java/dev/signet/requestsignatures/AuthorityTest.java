// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
  @ParameterizedTest
  @CsvSource({
    "example.com, https, example.com",
    "A.z, https, a.z",
    "Z.a, https, z.a",
    "EXAMPLE.com:443, https, example.com",
    "example.com:443, HTTPS, example.com",
    "example.com:80, http, example.com",
    "example.com:80, HTTP, example.com",
    // The default of another scheme is a port like any other.
    "example.com:80, https, example.com:80",
    "example.com:443, http, example.com:443",
    "example.com:443, wss, example.com:443",
    "example.com:80, wss, example.com:80",
    "example.com:8443, https, example.com:8443",
    "example.com:4433, https, example.com:4433",
    "example443, https, example443",
    // An empty port means the default one (RFC 3986 section 3.2.3).
    "example.com:, https, example.com",
    "example.com:, wss, example.com",
    "[2001:DB8::1], https, [2001:db8::1]",
    "[2001:DB8::443], https, [2001:db8::443]",
    "[2001:db8::1]:443, https, [2001:db8::1]",
    "!~, https, !~"
  })
  void hasOneForm(String authority, String scheme, String normal) {
    assertThat(Authority.normalized(authority, scheme)).hasValue(normal);
  }

  /** User information, and all that some parser takes for the end of the host. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "user@example.com",
        "example.com/",
        "example.com/path",
        "example.com?query",
        "example.com#fragment",
        "example.com\\path",
        "example.com,other.example",
        "example.com other.example",
        " example.com",
        "example.com\t",
        "example.com\u0000",
        "example.com\r\nHost: other.example"
      })
  void refusesWhatIsNotHostAndPort(String authority) {
    assertThat(Authority.normalized(authority, "https")).isEmpty();
    assertThat(reason(authority)).isEqualTo(SignatureRefusal.MALFORMED_VALUE);
  }

  /** A port alone names no host either, and would come to the same empty value. */
  @ParameterizedTest
  @ValueSource(strings = {"", ":443", ":"})
  void refusesAnEmptyHost(String authority) {
    assertThat(Authority.normalized(authority, "https")).isEmpty();
    assertThat(reason(authority)).isEqualTo(SignatureRefusal.MISSING_COMPONENT);
  }

  @Test
  void lowersTheFirstAndTheLastLetter() {
    assertThat(Authority.lowerCase("A")).isEqualTo("a");
    assertThat(Authority.lowerCase("Z")).isEqualTo("z");
    assertThat(Authority.lowerCase("@[`{")).isEqualTo("@[`{");
  }

  private static SignatureRefusal reason(String authority) {
    try {
      Authority.normalize(authority, "https");
      return null;
    } catch (Refusal e) {
      return e.reason();
    }
  }
}
