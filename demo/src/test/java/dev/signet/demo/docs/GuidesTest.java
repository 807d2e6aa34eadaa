// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code that the guides show is code that compiles: the files beside this one. */
class GuidesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path SOURCES = Path.of("src/test/java/dev/signet/demo/docs");

  @ParameterizedTest
  @CsvSource({
    "ProtectedService, protect-a-service.md",
    "PlainService, protect-a-service.md",
    "ReleasedAgent, release-an-agent.md",
    "SpiffeClient, use-spiffe.md"
  })
  void guideShowsTheSourceAsItIs(String name, String guide) throws IOException {
    String source = Files.readString(SOURCES.resolve(name + ".java"));
    String shown = source.substring(source.indexOf("import "));
    assertThat(Files.readString(ROOT.resolve("docs/guides").resolve(guide)))
        .as("docs/guides/%s must show %s.java from its imports on", guide, name)
        .contains("```java\n" + shown + "```");
  }
}
