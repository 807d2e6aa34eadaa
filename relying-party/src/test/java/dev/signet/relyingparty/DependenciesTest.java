// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service takes in with this library, as Maven resolved it for this build. */
class DependenciesTest {
  private static final Path LIST = Path.of("target", "runtime-classpath.txt");

  @Test
  void bringsJacksonAndItselfOnly() throws IOException {
    List<String> entries = entries();
    assertThat(entries).anyMatch(e -> e.contains("jackson-databind"));
    assertThat(entries).anyMatch(e -> e.contains("request-signatures"));
    assertThat(entries).anyMatch(e -> e.contains("protocol"));
    assertThat(entries)
        .allMatch(
            e ->
                e.contains("jackson-databind")
                    || e.contains("jackson-core")
                    || e.contains("jackson-annotations")
                    || e.contains("request-signatures")
                    || e.contains("protocol"));
  }

  @Test
  void runsOnThatAlone() throws Exception {
    try (URLClassLoader alone = runtimeOnly()) {
      for (String name : List.of("RequestVerifier", "TrustCache", "TrustFeed", "ReplayMemory")) {
        Class<?> type = Class.forName("dev.signet.relyingparty." + name, true, alone);
        assertThat(type.getClassLoader()).isSameAs(alone);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.grpc.Channel",
        "io.netty.channel.Channel",
        "io.helidon.webserver.WebServer",
        "org.eclipse.jetty.server.Server",
        "jakarta.servlet.Filter",
        "tss.Tpm",
        "dev.signet.attestor.TpmTransport"
      })
  void bringsNoServerNorTpm(String name) throws Exception {
    try (URLClassLoader alone = runtimeOnly()) {
      assertThatThrownBy(() -> Class.forName(name, false, alone))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  private static List<String> entries() throws IOException {
    List<String> entries = List.of(Files.readString(LIST).strip().split(File.pathSeparator));
    assertThat(entries).as("entries of " + LIST).hasSizeGreaterThan(3);
    return entries;
  }

  private static URLClassLoader runtimeOnly() throws IOException {
    List<URL> urls = new ArrayList<>();
    urls.add(url(Path.of("target", "classes")));
    for (String entry : entries()) {
      urls.add(url(Path.of(entry)));
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }
}
