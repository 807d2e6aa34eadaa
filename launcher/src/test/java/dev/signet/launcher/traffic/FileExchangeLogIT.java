// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileExchangeLogIT {
  private static final Duration SHORT = Duration.ofMillis(5);

  @TempDir Path dir;

  private Path logs() {
    return dir.resolve("traffic");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(logs())) {
      return all.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
  }

  private static List<Long> numbers(List<TrafficLine> lines) {
    return lines.stream().map(TrafficLine::n).toList();
  }

  @Test
  void writesEveryExchangeInOrder() throws Exception {
    TestLog log = new TestLog(logs());
    for (int i = 1; i <= 3000; i++) {
      log.exchange("/" + i);
    }
    log.log.close();
    assertThat(numbers(log.lines())).isEqualTo(LongStream.rangeClosed(1, 3000).boxed().toList());
    assertThat(log.exchanges().stream().map(e -> e.request().path()).toList())
        .isEqualTo(IntStream.rangeClosed(1, 3000).mapToObj(i -> "/" + i).toList());
    assertThat(log.warnings).isEmpty();
  }

  @Test
  void onlyTheOwnerCanRead() throws Exception {
    TestLog log = new TestLog(logs());
    log.exchange("/");
    log.log.close();
    try (Stream<Path> all = Files.walk(logs())) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
    assumeTrue(new UnixSystem().getUid() == 0, "only root can become another user");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process other =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "cat",
                files().getFirst().toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(other.getInputStream().readAllBytes())).contains("Permission denied");
    assertThat(other.waitFor()).isNotZero();
  }

  @Test
  void refusesADirectoryThatOthersEnter() throws Exception {
    Files.createDirectory(logs());
    Files.setPosixFilePermissions(logs(), PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(() -> new TestLog(logs()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 700");
  }

  @Test
  void keepsTheNewestFilesOnly() throws Exception {
    TestLog log = new TestLog(logs(), Optional.empty(), TestLog.bounds(4096, 3, 4096, SHORT));
    for (int i = 1; i <= 60; i++) {
      int number = i;
      log.exchange("/" + i);
      if (i % 10 == 0) { // so that lines come in several writes
        Awaitility.await().until(() -> numbers(log.lines()).contains((long) number));
      }
    }
    log.log.close();
    assertThat(files()).hasSize(3);
    for (Path file : files()) {
      assertThat(Files.size(file)).isLessThanOrEqualTo(4096);
    }
    List<Long> kept = numbers(log.lines());
    assertThat(kept).isEqualTo(LongStream.rangeClosed(kept.getFirst(), 60).boxed().toList());
    assertThat(kept.getFirst()).isGreaterThan(1);
  }

  @Test
  void followsThroughRotation() throws Exception {
    TestLog log = new TestLog(logs(), Optional.empty(), TestLog.bounds(4096, 200, 4096, SHORT));
    List<TrafficLine> seen = new ArrayList<>();
    try (TrafficReader reader =
        new TrafficReader(logs(), (file, what) -> assertThat(what).as("%s", file).isNull())) {
      for (int i = 1; i <= 100; i++) {
        log.exchange("/" + i);
        if (i % 5 == 0) {
          int number = i;
          Awaitility.await()
              .pollInterval(5, TimeUnit.MILLISECONDS)
              .until(
                  () -> {
                    reader.read(seen::add);
                    return seen.size() == number;
                  });
        }
      }
    }
    log.log.close();
    assertThat(files().size()).isGreaterThan(3);
    assertThat(numbers(seen)).isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
  }

  @Test
  void countsWhatTheQueueDidNotTake() throws Exception {
    TestLog log =
        new TestLog(
            logs(), Optional.empty(), TestLog.bounds(1 << 20, 3, 4, Duration.ofMillis(500)));
    for (int i = 0; i < 50; i++) {
      log.exchange("/" + i);
    }
    Awaitility.await().until(() -> log.lines().stream().anyMatch(LogGap.class::isInstance));
    log.exchange("/after");
    log.log.close();
    List<TrafficLine> lines = log.lines();
    LogGap gap = (LogGap) lines.stream().filter(LogGap.class::isInstance).findFirst().orElseThrow();
    assertThat(gap.reason()).isEqualTo(LogGap.Reason.QUEUE_FULL);
    assertThat(gap.count()).isBetween(40L, 46L);
    assertThat(lines.size() - 1 + gap.count()).isEqualTo(51);
    // Numbers say where something is missing.
    assertThat(lines.getLast().n()).isEqualTo(51);
    assertThat(log.warnings).first().asString().contains("does not keep up (QUEUE_FULL)");
    assertThat(log.warnings).last().asString().contains(gap.count() + " exchanges are missing");
  }

  @Test
  void countsWhatAFullDiskDidNotTakeAndGoesOn() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0, "only root can mount a small disk");
    Files.createDirectory(logs());
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", logs().toString()));
    try {
      TestLog log = new TestLog(logs(), Optional.empty(), TestLog.bounds(1 << 20, 3, 4096, SHORT));
      Path filler = logs().resolve("filler");
      log.exchange("/before");
      Awaitility.await().until(() -> log.lines().size() == 1);
      fill(filler);
      for (int i = 0; i < 100; i++) { // more than what is left of a page
        log.exchange("/during");
      }
      Awaitility.await().until(() -> !log.warnings.isEmpty());
      assertThat(log.warnings.getFirst()).contains("does not keep up (DISK)");
      Files.delete(filler);
      Awaitility.await().until(() -> log.warnings.size() == 2);
      log.exchange("/after");
      log.log.close();
      List<TrafficLine> lines = log.lines();
      long missing =
          lines.stream()
              .filter(LogGap.class::isInstance)
              .mapToLong(line -> ((LogGap) line).count())
              .sum();
      assertThat(missing).isPositive();
      long written = lines.stream().filter(ExchangeRecord.class::isInstance).count();
      assertThat(written + missing).isEqualTo(102);
      assertThat(lines.getLast().n()).isEqualTo(102);
      assertThat(((ExchangeRecord) lines.getLast()).request().path()).isEqualTo("/after");
    } finally {
      assertThat(run("umount", logs().toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException full) {
      assertThat(Files.size(file)).isPositive();
    }
  }

  @Test
  void removesTheOldestLaunchesThatHaveEnded() throws Exception {
    LogSettings.Bounds two =
        new LogSettings.Bounds(1 << 20, 3, 1, 1 << 30, 100, 0, SHORT, SHORT, SHORT);
    TestLog running = new TestLog(logs(), Optional.empty(), two);
    List<Path> ended = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      // As if of earlier days: the name says when.
      Path old = logs().resolve("2025010%dT000000Z-AAAAAAAAAAAAAAAAAAAAAA".formatted(i + 1));
      Files.createDirectory(old);
      Files.writeString(old.resolve("00000001.jsonl"), "");
      ended.add(old);
    }
    Path live = ended.removeFirst();
    Path lock = Files.createFile(live.resolve("lock"));
    Process launcher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                lock.toString())
            .start();
    try {
      assertThat(launcher.inputReader().readLine()).isEqualTo("locked");
      TestLog next = new TestLog(logs(), Optional.empty(), two);
      assertThat(ended).noneMatch(Files::exists);
      assertThat(live).exists();
      running.exchange("/");
      running.log.close();
      next.log.close();
      assertThat(next.lines()).hasSize(1);
    } finally {
      launcher.outputWriter().close();
      launcher.waitFor();
    }
  }

  @Test
  void tellsOfLinesThatAreNotWhatWasWritten() throws Exception {
    TestLog log = new TestLog(logs());
    log.exchange("/1");
    log.exchange("/2");
    log.log.close();
    Path file = files().getFirst();
    List<String> lines = Files.readAllLines(file);
    Files.writeString(
        file,
        lines.getFirst().replace("\"GET\"", "\"G\\u0000T\",\"x\":1")
            + "\n"
            + lines.getLast()
            + "\n");
    Files.writeString(file, "{\"type\":\"exchange\"", StandardOpenOption.APPEND);
    List<String> faults = new ArrayList<>();
    List<TrafficLine> read = new ArrayList<>();
    try (TrafficReader reader = new TrafficReader(logs(), (path, what) -> faults.add(what))) {
      reader.read(read::add);
    }
    // The torn last line is what a killed launcher leaves: it is waited for, not blamed.
    assertThat(faults).hasSize(1).first().asString().contains("expected no such member");
    assertThat(numbers(read)).containsExactly(2L);
  }

  @Test
  void aLaunchWithoutExchangesLeavesNothing() throws Exception {
    TestLog log = new TestLog(logs());
    assertThat(files()).hasSize(1);
    log.log.close();
    Awaitility.await().until(() -> LaunchLogs.launches(logs()).isEmpty());
  }

  @Test
  void strangersCannotPushTheAgentOut() throws Exception {
    TestLog log = new TestLog(logs());
    for (int i = 0; i < 500; i++) {
      log.log.begin(ExchangeRecord.Kind.HTTP).refused("PEER_REFUSED", 403);
    }
    log.exchange("/");
    log.log.close();
    List<TrafficLine> lines = log.lines();
    assertThat(lines).filteredOn(ExchangeRecord.class::isInstance).hasSize(21);
    // The others are counted in one gap, or in more where the writer came by in between.
    long counted =
        lines.stream()
            .filter(LogGap.class::isInstance)
            .mapToLong(gap -> ((LogGap) gap).count())
            .sum();
    assertThat(counted).isEqualTo(480);
    assertThat(lines.getLast().n()).isEqualTo(501);
    assertThat(log.warnings).isEmpty();
  }
}
