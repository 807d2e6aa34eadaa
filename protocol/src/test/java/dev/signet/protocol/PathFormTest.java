// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathFormTest {
  @ParameterizedTest
  @CsvSource({
    "/,/",
    "/v1/models,/v1/models",
    "/v1/,/v1/",
    "/%61dmin/%7Ejoe%2d%5F%2e,/admin/~joe-_.",
    "/a%20b%c3%a9,/a%20b%C3%A9",
    "/%40me,/%40me",
    "/@me:x!$&'()*+,/@me:x!$&'()*+",
    "/...a/a..b/.well-known,/...a/a..b/.well-known"
  })
  void decodesOnlyWhatMeansTheSame(String path, String normal) {
    assertThat(PathForm.of(path)).isEqualTo(new PathForm.Normal(normal));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1",
        "%2Fv1",
        "//v1",
        "/v1//x",
        "/.",
        "/..",
        "/v1/./x",
        "/v1/../x",
        "/v1/..",
        "/v1/%2e%2e/x",
        "/v1/.%2E/x",
        "/v1/.../x",
        "/v1/..%20/x",
        "/v1/%20../x",
        "/v1/..;/x",
        "/v1/..;a=b/x",
        "/v1;x/y",
        "/v1/%3B",
        "/v1%2fx",
        "/v1%2Fx",
        "/v1\\x",
        "/v1%5cx",
        "/v1%5Cx",
        "/v1/%252e%252e/x",
        "/v1/%25",
        "/v1/%00",
        "/v1/x%0d%0a",
        "/v1/%7f",
        "/v1/%3fx",
        "/v1/%23x",
        "/v1/%",
        "/v1/%2",
        "/v1/%2g",
        "/v1/%+1",
        "/v1/%c0%ae%c0%ae/x",
        "/v1/%e0%80%af",
        "/v1/%ed%a0%80",
        "/v1/%ff",
        "/v1/%c3",
        "/v1/%ef%bc%8e%ef%bc%8e/x",
        "/v1/%ef%bc%8fx",
        "/v1/%e2%80%a5/x",
        "/v1/é",
        "/v1/|",
        "/v1/[x]",
        "/v1/{x}",
        "/v1/^",
        "/v1/`",
        "/v1/\"",
        "/v1/<x>",
        "/v1/ x"
      })
  void hasNoFormForWhatCanBeReadInTwoWays(String path) {
    assertThat(PathForm.of(path)).isInstanceOf(PathForm.Ambiguous.class);
  }

  /** The JDK's reading of a URI is somebody else's: decode, cut parameters, merge, resolve. */
  @Property(tries = 10_000)
  void everyOtherReadingOfANormalPathIsTheSame(@ForAll("paths") String path) {
    if (PathForm.of(path) instanceof PathForm.Normal normal) {
      assertThat(PathForm.of(normal.path())).isEqualTo(normal);
      URI uri = URI.create("http://h" + path);
      assertThat(uri.normalize().getRawPath()).as("dot segments").isEqualTo(path);
      String decoded = uri.getPath();
      assertThat(URI.create("http://h" + normal.path()).getPath()).isEqualTo(decoded);
      assertThat(decoded).doesNotContain("//", "\\", ";", "%", "/../", "/./", "\0");
      assertThat(decoded).doesNotEndWith("/..").doesNotEndWith("/.");
      assertThat(decoded.chars().filter(c -> c == '/').count())
          .as("segments")
          .isEqualTo(path.chars().filter(c -> c == '/').count());
    }
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(
            "/",
            "/",
            "a",
            "B",
            ".",
            "..",
            "%2e",
            "%2E",
            "%2f",
            "%5c",
            "\\",
            ";",
            "%3b",
            "%25",
            "%41",
            "%7e",
            "%c3%a9",
            "%c0%ae",
            "%ef%bc%8f",
            "%20",
            "~",
            "@",
            "%40",
            "%00",
            "%")
        .list()
        .ofMinSize(1)
        .ofMaxSize(10)
        .map(parts -> "/" + String.join("", parts));
  }
}
