// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  private static final Pattern ABSOLUTE =
      Pattern.compile(
          "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?<authority>[^/?#]*)(?<rest>[/?]?[^#]*)");
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?<host>\\[[0-9A-Fa-f:.]{2,45}]|[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}))"
              + "(?::(?<port>[0-9]{1,5}))?");

  @ParameterizedTest
  @CsvSource({
    "http://Example.COM:80/a?b,            example.com,   /a?b",
    "HTTP://h,                             h,             /",
    "http://h:8080?q,                      h:8080,        /?q",
    "https://h:443/%2e%2E//x,              h,             /%2e%2E//x",
    "http://[::1]:81/,                     [::1]:81,      /",
    "http://tool_server:9/a|b,             tool_server:9, /a|b"
  })
  void readsAuthorityAndKeepsThePath(String uri, String authority, String path) throws Exception {
    Target target = Target.parse(uri);
    assertThat(target.authority()).isEqualTo(authority);
    assertThat(target.pathAndQuery()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http:/h/", "http:h", "//h/", "http://u:p@h/", "http://h:0/", "http://h:65536/",
        "http://h:/", "http://h/#f", "http://h /", "http://h%41/", "http://[::1/", "http://h\\x/",
        "ftp://h/", "http://ü/", ""
      })
  void refusesWhatCanBeReadInTwoWays(String uri) {
    assertThatThrownBy(() -> Target.parse(uri)).isInstanceOf(RefusedRequestException.class);
  }

  /** The grammar as patterns say it, against the reader that is made for speed. */
  @Property(tries = 20_000)
  void readsWhatTheGrammarSaysAndNothingElse(@ForAll("uris") String uri) {
    Matcher absolute = ABSOLUTE.matcher(uri);
    Matcher authority =
        AUTHORITY.matcher(absolute.matches() ? absolute.group("authority") : "no authority");
    Target read;
    try {
      read = Target.parse(uri);
    } catch (RefusedRequestException e) {
      read = null;
    }
    boolean good =
        absolute.matches()
            && uri.chars().allMatch(c -> c > 0x20 && c < 0x7f)
            && absolute.group("scheme").matches("(?i)https?")
            && authority.matches()
            && (authority.group("port") == null
                || Integer.parseInt(authority.group("port")) >= 1
                    && Integer.parseInt(authority.group("port")) <= 65535);
    assertThat(read != null).as(uri).isEqualTo(good);
    if (read != null) {
      assertThat(read.scheme()).isEqualToIgnoringCase(absolute.group("scheme")).isLowerCase();
      assertThat(read.host()).isEqualTo(authority.group("host").toLowerCase(Locale.ROOT));
      int standard = read.secure() ? 443 : 80;
      assertThat(read.port())
          .isEqualTo(
              authority.group("port") == null
                  ? standard
                  : Integer.parseInt(authority.group("port")));
      String rest = absolute.group("rest");
      assertThat(read.pathAndQuery()).isEqualTo(rest.startsWith("/") ? rest : "/" + rest);
    }
  }

  @Provide
  Arbitrary<String> uris() {
    Arbitrary<String> pieces =
        Arbitraries.of(
                "http",
                "https",
                "HTTPS",
                "ftp",
                "h2",
                ":",
                ":",
                "//",
                "//",
                "/",
                "?",
                "#",
                "@",
                "h.example",
                "_a",
                "-",
                ".",
                "a".repeat(252),
                "[::1]",
                "[",
                "]",
                "[1.2.3.4]",
                "0".repeat(44),
                "80",
                "0",
                "65535",
                "65536",
                "123456",
                "%41",
                " ",
                "\\",
                "ü",
                "\n")
            .list()
            .ofMaxSize(8)
            .map(parts -> String.join("", parts));
    return Arbitraries.oneOf(
        pieces, pieces.map(rest -> "http://" + rest), pieces.map(rest -> "https://h" + rest));
  }

  @ParameterizedTest
  @CsvSource({
    "https://h,      '',        /",
    "https://h,      '?q',      /?q",
    "https://h/,     '/a',      /a",
    "https://h/b,    '',        /b",
    "https://h/b/,   '/',       /b/",
    "https://h/b/,   '/a?q',    /b/a?q"
  })
  void joinsARouteWithTheRest(String upstream, String rest, String path) throws Exception {
    assertThat(new Route("r", URI.create(upstream)).target(rest).pathAndQuery()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://h/", "https://u@h/", "https://h/?q", "https:///x", "h/x"})
  void refusesUpstreamsThatAreNoBase(String upstream) {
    assertThatThrownBy(() -> new Route("r", URI.create(upstream)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("r");
  }

  @Test
  void refusesRouteNamesThatAreNoSegment() {
    assertThatThrownBy(() -> new Route("a/b", URI.create("https://h")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
