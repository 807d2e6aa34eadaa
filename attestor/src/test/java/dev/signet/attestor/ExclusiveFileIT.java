// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExclusiveFileIT {
  @TempDir Path directory;

  @Test
  void anotherProcessIsWaitedFor() throws Exception {
    Path file = directory.resolve("lock");
    Path holding = directory.resolve("holding");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString(),
                holding.toString())
            .start();
    try {
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(holding));
      CompletableFuture<Boolean> ours = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  ours.complete(new ExclusiveFile(file).holding(child::isAlive));
                } catch (IOException e) {
                  ours.completeExceptionally(e);
                }
              });
      assertThatThrownBy(() -> ours.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      child.destroyForcibly();
      assertThat(ours.get(10, TimeUnit.SECONDS)).as("the lock ended with its holder").isNotNull();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void takingItTwiceInOneThreadIsAMistake() throws IOException {
    ExclusiveFile file = new ExclusiveFile(directory.resolve("lock"));
    assertThatThrownBy(() -> file.holding(() -> file.holding(() -> 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(file.<Integer>holding(() -> 1)).isEqualTo(1);
  }

  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      new ExclusiveFile(Path.of(arguments[0]))
          .holding(
              () -> {
                Files.createFile(Path.of(arguments[1]));
                return System.in.read();
              });
    }
  }
}
