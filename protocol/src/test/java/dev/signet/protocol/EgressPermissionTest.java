// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPermissionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET,POST api.example.org/v1/*",
        "GET api.example.org:8443/",
        "* *.example.org/*",
        "* */*",
        "GET *:8080/health",
        "GET localhost:*/x",
        "GET 10.0.0.5:80/x",
        "GET [2001:db8::1]:8080/x*",
        "GET 1.example.org/x",
        "GET my_service:8080/",
        "GET 0x.example/caf%C3%A9"
      })
  void isReadAndWrittenAlike(String rule) {
    assertThat(EgressPermission.parse(rule).rule()).isEqualTo(rule);
  }

  @Test
  void isForEveryPathWithoutOne() {
    assertThat(EgressPermission.parse("PUT a.example"))
        .isEqualTo(new EgressPermission("a.example", List.of("PUT"), "/*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET",
        "GET /x",
        " GET a.example",
        "GET  a.example",
        "GET a.example /x",
        "get a.example",
        "GET,GET a.example",
        "GET,* a.example",
        "GET, a.example",
        "GET A.example",
        "GET a.example.",
        "GET .a.example",
        "GET a..example",
        "GET *a.example",
        "GET a.*.example",
        "GET **",
        "GET a.example:0",
        "GET a.example:65536",
        "GET a.example:",
        "GET a.example:08",
        "GET http://a.example",
        "GET u@a.example",
        "GET 1.2.3",
        "GET 2130706433",
        "GET 0x7f000001",
        "GET 0x7f.1",
        "GET 127.0.0.01",
        "GET 127.0.0.256",
        "GET *.0.0.1",
        "GET *.1",
        "GET [::ffff:127.0.0.1]",
        "GET [1.2.3.4]",
        "GET [::1",
        "GET ::1",
        "GET [::1%1]",
        "GET [g::]",
        "GET [1:2:3]",
        "GET a.example/a*b",
        "GET a.example/**",
        "GET a.example/a?b",
        "GET a.example/a#b",
        "GET a.example/a/../b",
        "GET a.example/%61",
        "GET a.example/%2f",
        "GET a.example/%c3%a9",
        "GET a.example/a;b",
        "GET a.example//a",
        "GET a.example/é"
      })
  void refuses(String rule) {
    assertThatThrownBy(() -> EgressPermission.parse(rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }
}
