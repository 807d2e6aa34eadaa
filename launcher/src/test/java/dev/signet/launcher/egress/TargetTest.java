// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
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
