// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** An exchange log in a directory of its own, and what stands in it. */
public final class TestLog {
  public static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");

  public final Path directory;
  public final LaunchId launch = LaunchId.random(new SecureRandom());
  public final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  public final FileExchangeLog log;

  public TestLog(Path directory) throws IOException {
    this(directory, Optional.empty(), bounds(16 * 1024 * 1024, 8, 4096, Duration.ofMillis(5)));
  }

  public TestLog(Path directory, RecordedBodies bodies) throws IOException {
    this(directory, Optional.of(bodies), LogSettings.Bounds.standard());
  }

  TestLog(Path directory, Optional<RecordedBodies> bodies, LogSettings.Bounds bounds)
      throws IOException {
    this.directory = directory;
    log =
        FileExchangeLog.open(
            new LogSettings(directory, bodies, bounds),
            launch,
            AGENT,
            Clock.systemUTC(),
            new SecureRandom(),
            warnings::add);
  }

  static LogSettings.Bounds bounds(long fileBytes, int files, int queue, Duration gather) {
    return new LogSettings.Bounds(
        fileBytes,
        files,
        64,
        1L << 30,
        queue,
        1L << 20,
        gather,
        Duration.ofMillis(50),
        Duration.ofMillis(50));
  }

  /** An exchange as an upstream answers it, noted at once. */
  void exchange(String path) {
    ExchangeDraft draft = log.begin(ExchangeRecord.Kind.HTTP);
    draft.request("GET");
    draft.target("https", "api.example.com", 443, path);
    draft.answer(200, name -> null);
    draft.forwarded();
  }

  /** Everything that stands in the logs, which must be well-formed. */
  public List<TrafficLine> lines() throws IOException {
    return lines(directory);
  }

  static List<TrafficLine> lines(Path directory) throws IOException {
    List<TrafficLine> lines = new ArrayList<>();
    try (TrafficReader reader =
        new TrafficReader(
            directory,
            (file, what) -> {
              throw new AssertionError(file + ": " + what);
            })) {
      reader.read(lines::add);
    }
    return lines;
  }

  public List<ExchangeRecord> exchanges() throws IOException {
    return lines().stream().map(ExchangeRecord.class::cast).toList();
  }

  /** Every byte of every file. */
  public String text() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  /** An operator's pair of keys in files, as signet keys new makes it. */
  public record Reader(PublicJwk publicKey, BodyKey key) {
    public static Reader create(Path directory) throws Exception {
      SigningKey pair = SigningKey.generate(new SecureRandom());
      Path file = directory.resolve(pair.publicKey().thumbprint() + ".pem");
      KeyFiles.create(pair, file, directory.resolve(pair.publicKey().thumbprint() + ".pub.pem"));
      return new Reader(pair.publicKey(), BodyKey.parse(Files.readAllBytes(file)));
    }
  }
}
