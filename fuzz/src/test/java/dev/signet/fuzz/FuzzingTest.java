// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * {@code ./signet test --fuzz[=SECONDS]}: each target in turn under Jazzer, in a JVM of its own,
 * from its seeds and from what earlier runs kept in {@code target/fuzz}. {@code
 * -Dsignet.fuzz.targets=ATTEST,IMA_BINARY} chooses some.
 */
@EnabledIfSystemProperty(named = "signet.fuzz", matches = "[1-9][0-9]{0,4}")
class FuzzingTest {
  private static final Path WORK = Path.of("target", "fuzz");
  private static final String SECONDS = System.getProperty("signet.fuzz");

  /** For one input. A machine that does other work too must not look like a parser that hangs. */
  private static final int HANG_SECONDS = 30;

  private record Run(FuzzTarget target, int exit, String output, int kept, List<Path> findings) {
    String statistic(String name) {
      Matcher found = Pattern.compile("stat::" + name + ":\\s+(\\d+)").matcher(output);
      return found.find() ? found.group(1) : "?";
    }

    String row() {
      return "%-20s %12s %10s %8s %8d  %s"
          .formatted(
              target.label(),
              statistic("number_of_executed_units"),
              statistic("average_exec_per_sec"),
              statistic("new_units_added"),
              kept,
              exit == 0 ? "none" : "exit " + exit + ' ' + findings);
    }
  }

  @Test
  void noTargetHasAFinding() throws Exception {
    List<Run> runs = new ArrayList<>();
    for (FuzzTarget target : chosen()) {
      Run run = run(target);
      runs.add(run);
      if (run.exit() != 0) {
        System.out.println(run.output());
      }
    }
    System.out.printf(
        "%n%-20s %12s %10s %8s %8s  %s%n",
        "target", "executions", "a second", "new", "corpus", "findings");
    runs.forEach(run -> System.out.println(run.row()));
    assertThat(runs).filteredOn(run -> run.exit() != 0).extracting(Run::row).isEmpty();
  }

  private static List<FuzzTarget> chosen() {
    String names = System.getProperty("signet.fuzz.targets", "");
    return names.isEmpty()
        ? List.of(FuzzTarget.values())
        : Stream.of(names.split(",")).map(FuzzTarget::valueOf).toList();
  }

  private static Run run(FuzzTarget target) throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(WORK.resolve(target.label()).resolve("corpus"));
    Path findings = Files.createDirectories(WORK.resolve(target.label()).resolve("findings"));
    Path log = WORK.resolve(target.label()).resolve("log");
    List<Path> earlier = list(findings);
    Process jazzer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerEntry.class.getName(),
                "--target_args=" + target.name(),
                "--instrumentation_includes=dev.signet.**",
                // Looks at a method handle that is null while Netty's own queues are set up.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + File.separator,
                "-max_total_time=" + SECONDS,
                "-timeout=" + HANG_SECONDS,
                "-max_len=65536",
                "-print_final_stats=1",
                corpus.toString(),
                target.seedDirectory().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit = jazzer.waitFor();
    return new Run(
        target,
        exit,
        Files.readString(log, StandardCharsets.ISO_8859_1),
        list(corpus).size(),
        list(findings).stream()
            .filter(file -> !file.toString().endsWith(".java") && !earlier.contains(file))
            .toList());
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
